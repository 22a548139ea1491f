// The record that Go has written, as objects. Times are microseconds since the beginning, or -1 for none.
const record = JSON.parse(document.getElementById('record').textContent);
const texts = record.texts;
const NONE = -1;
const END = Math.max(1, record.end);
const isTrace = 'traced' in record.run;
const isOfCommands = 'command' in record.run; // brood run
const isLesson = record.run.source === '' && !record.run.sources && !isTrace && !isOfCommands;
const isFamily = isLesson || isTrace; // the processes have letters, and do no work of brood
const isCluster = record.run.nodes > 0;

function lifeOf(n) {
  const c = record.lives;
  return {
    n, name: texts[c.name[n]], pid: c.pid[n], ppid: c.ppid[n], slot: c.slot[n], file: texts[c.file[n]], files: c.files[n], command: texts[c.command[n]],
    asked: c.asked[n], started: c.started[n], ended: c.ended[n], reaped: c.reaped[n], reaper: c.reaper[n], adopted: c.adopted[n], adopter: c.adopter[n],
    exitcode: c.exitcode[n], signal: texts[c.signal[n]], error: texts[c.error[n]], bytes: c.bytes[n], cpu: c.cpu[n], maxrss: c.maxrss[n],
    failed: c.failed[n], retried: c.retried[n], phases: phasesOf(c.phases[n]), signals: [],
    node: '', task: '', lost: '', ...(isCluster && onNode(n)),
    letter: isFamily ? texts[c.letter[n]] : '', deeds: isFamily ? deedsOf(c.deeds[n]) : [],
  };
}

// onNode returns the properties that a life has only on a cluster.
function onNode(n) {
  const c = record.lives;
  return { node: texts[c.node[n]], task: texts[c.task[n]], lost: texts[c.lost[n]], lane: c.lane[n], starter: c.parent[n] };
}

// deedsOf returns what happened to a process, in order. The PID is that of the doer, or the number of a process group.
function deedsOf(flat) {
  const deeds = [];
  for (let i = 0; i < flat.length; i += 4) {
    deeds.push({ kind: texts[flat[i]], at: flat[i + 1], pid: flat[i + 2], text: texts[flat[i + 3]] });
  }
  return deeds;
}

function phasesOf(flat) {
  const phases = [];
  for (let i = 0; i < flat.length; i += 4) {
    phases.push({ kind: texts[flat[i]], from: flat[i + 1], to: flat[i + 2], file: texts[flat[i + 3]] });
  }
  return phases;
}

const lives = (record.lives.pid || []).map((_, n) => lifeOf(n));
for (const [n, at, sender, name] of record.signals) lives[n].signals.push({ at, sender, name: texts[name] });

// parent is the process that recorded the run.
const parent = {
  n: NONE, name: isTrace ? 'brood trace' : isLesson ? 'brood lesson' : 'MainProcess', pid: record.run.pid, ppid: record.run.ppid, slot: NONE, file: '', files: 0, command: '',
  asked: 0, started: 0, ended: record.run.ended, reaped: NONE, reaper: 0, adopted: NONE, adopter: 0, exitcode: null, signal: '', error: '',
  bytes: 0, cpu: 0, maxrss: 0, failed: 0, retried: 0, phases: [{ kind: 'running', from: 0, to: record.run.ended, file: '' }], signals: [],
  node: '', task: '', lost: '', letter: '', deeds: [],
};

// nameOf returns the name of a process, after its letter if it has one.
const nameOf = life => life.letter ? `${life.letter} ${life.name}` : life.name;

// byPID has the lives of each PID, in the order of their start. The kernel uses PIDs again.
const byPID = new Map();
for (const life of lives) {
  if (!byPID.has(life.pid)) byPID.set(life.pid, []);
  byPID.get(life.pid).push(life);
}

// whoIs returns the process that had a PID at a time.
function whoIs(pid, at) {
  if (pid === parent.pid) return parent;
  return (byPID.get(pid) || []).findLast(life => life.asked <= at) || null;
}

// starterOf returns the process that started another. On a cluster, where nodes have the same PIDs, the record names it.
function starterOf(life) {
  if (!isCluster || life === parent) return whoIs(life.ppid, life.asked);
  if (life.starter !== NONE) return lives[life.starter];
  return life.task ? parent : null;
}

const files = {
  count: (record.files.name || []).length,
  name: n => texts[record.files.name[n]],
  outcome: n => texts[record.files.outcome[n]],
  life: n => record.files.life[n] === NONE ? null : lives[record.files.life[n]],
  bytes: n => record.files.bytes[n],
  from: n => record.files.from[n],
  to: n => record.files.to[n],
  took: n => record.files.from[n] === NONE ? NONE : record.files.to[n] - record.files.from[n],
  why: n => texts[record.files.why[n]],
};

const moved = { at: record.moved.at || [], bytes: record.moved.bytes || [] };

// upTo counts the times up to at. The times are in ascending order.
function upTo(times, at) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1; else high = middle;
  }
  return low;
}

// movedAt returns the bytes read or written up to a time.
function movedAt(at) {
  const n = upTo(moved.at, at);
  if (n === 0) return 0;
  if (n === moved.at.length) return moved.bytes[n - 1];
  const part = (at - moved.at[n - 1]) / (moved.at[n] - moved.at[n - 1]);
  return moved.bytes[n - 1] + part * (moved.bytes[n] - moved.bytes[n - 1]);
}

const ascending = (a, b) => a - b;
const workers = lives.filter(life => !life.task); // a task is a parent, not a worker
const startTimes = workers.map(life => life.started).sort(ascending);
const endTimes = workers.filter(life => life.ended !== NONE).map(life => life.ended).sort(ascending);
const runningAt = at => upTo(startTimes, at) - upTo(endTimes, at);

const isDone = outcome => outcome === 'copied' || outcome === 'verified' && record.run.verify;
const doneTimes = [];
const doneBytes = [0];
for (let n = 0; n < files.count; n++) {
  if (!isDone(files.outcome(n))) continue;
  doneTimes.push(files.to(n));
  doneBytes.push(doneBytes[doneBytes.length - 1] + files.bytes(n));
}

// lastOf returns the time at which nothing was left of a process, not even a zombie. A process that no member of the
// family reaped stayed a zombie at least as long as its last parent lived.
function lastOf(life) {
  if (life.reaped !== NONE) return life.reaped;
  if (life.ended === NONE) return END;
  if (life.lost) return life.ended;
  const owner = life.adopter ? whoIs(life.adopter, life.asked) : starterOf(life);
  if (!owner) return life.ended;
  return owner.ended === NONE ? END : Math.max(life.ended, owner.ended);
}

// mainOf returns the kind of the longest phase.
function mainOf(life) {
  const length = phase => (phase.to === NONE ? life.last : phase.to) - phase.from;
  return life.phases.reduce((a, b) => length(b) > length(a) ? b : a, life.phases[0]).kind;
}

const isTrouble = life => life.error !== '' || life.lost !== '' || life.signal !== '' || life.failed > 0 || life.exitcode > 0;
for (const life of [parent, ...lives]) {
  life.last = lastOf(life);
  life.main = mainOf(life);
  life.trouble = isTrouble(life);
}
