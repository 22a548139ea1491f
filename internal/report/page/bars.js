// Bars: how a process is drawn. Each state has a colour, a pattern and a letter, since not everybody sees all colours.
const KINDS = new Map([
  ['fork', { word: 'fork', letter: '', pattern: 'outline' }],
  ['task', { word: 'taskKind', letter: '', pattern: '' }],
  ['running', { word: 'running', letter: '', pattern: '' }],
  ['syncing', { word: 'syncing', letter: 'S', pattern: 'rising' }],
  ['verifying', { word: 'verifying', letter: 'V', pattern: 'dots' }],
  ['waiting', { word: 'waiting', letter: 'W', pattern: 'level' }],
  ['silent', { word: 'silent', letter: '?', pattern: 'upright' }],
  ['stopped', { word: 'stoppedState', letter: 'T', pattern: 'cross' }],
  ['stalled', { word: 'stalled', letter: '!', pattern: 'falling' }],
  ['zombie', { word: 'zombie', letter: 'Z', pattern: 'outline' }],
]);
const OTHER = { word: '', letter: '·', pattern: 'rising' };
const kindOf = name => KINDS.get(name) || OTHER;

const MARKS = [['failed', '✗', 'bad'], ['killed', '✕', 'bad'], ['abandoned', '⁇', 'bad'], ['lost', '⊘', 'bad'], ['retried', '↻', 'warn'], ['signal', '▾', 'ink'], ['adopted', '◆', 'ink'], ['open', '…', 'soft']];
const MARK_WORDS = { failed: 'markFailed', killed: 'markKilled', abandoned: 'markAbandoned', lost: 'markLost', retried: 'markRetried', adopted: 'markAdopted', signal: 'markSignal', open: 'markOpen' };

const COLOURS = ['ground', 'raised', 'ink', 'soft', 'rule', 'accent', 'bad', 'warn', 'other', ...KINDS.keys()];
let colours = {};
let patterns = new Map();

// readColours reads the colours of the present theme, dark or light, from the style sheet.
function readColours() {
  const style = getComputedStyle(document.documentElement);
  colours = Object.fromEntries(COLOURS.map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
  patterns = new Map();
}

const colourOf = kind => KINDS.has(kind) ? colours[kind] : colours.other;

const STROKES = {
  rising: [[0, 8, 8, 0], [-2, 2, 2, -2], [6, 10, 10, 6]], falling: [[0, 0, 8, 8], [-2, 6, 2, 10], [6, -2, 10, 2]],
  level: [[0, 2, 8, 2], [0, 6, 8, 6]], upright: [[2, 0, 2, 8], [6, 0, 6, 8]], cross: [[0, 0, 8, 8], [0, 8, 8, 0]],
  dots: [[1, 2, 3, 2], [5, 6, 7, 6]], outline: [],
};

function patternOf(context, kind) {
  const name = kindOf(kind).pattern;
  if (!name || name === 'outline') return colourOf(kind);
  if (!patterns.has(kind)) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 8;
    const on = tile.getContext('2d');
    on.fillStyle = colourOf(kind);
    on.fillRect(0, 0, 8, 8);
    on.strokeStyle = colours.ground;
    on.globalAlpha = 0.55;
    on.lineWidth = name === 'dots' ? 2 : 1.4;
    for (const [x, y, toX, toY] of STROKES[name]) {
      on.beginPath();
      on.moveTo(x, y);
      on.lineTo(toX, toY);
      on.stroke();
    }
    patterns.set(kind, context.createPattern(tile, 'repeat'));
  }
  return patterns.get(kind);
}

// segmentsOf returns the parts of a life up to a moment. Each has a kind, a from and a to.
function segmentsOf(life, until) {
  const parts = [];
  const add = (kind, from, to, file = '') => {
    if (to === NONE) to = Math.min(END, until);
    if (from !== NONE && from <= until && to >= from) parts.push({ kind, from, to: Math.min(to, until), file });
  };
  if (life.started > life.asked) add('fork', life.asked, life.started);
  for (const phase of life.phases) add(phase.kind, phase.from, phase.to === NONE ? life.ended : phase.to, phase.file);
  if (life.ended !== NONE && life !== parent && !life.lost) add('zombie', life.ended, life.last);
  return parts;
}

// marksOf returns what happened to a process up to a moment.
function marksOf(life, until) {
  const marks = [];
  const over = life.last <= until;
  if (life.signals.some(s => s.at <= until)) marks.push('signal');
  if (life.adopted !== NONE && life.adopted <= until) marks.push('adopted');
  if (over && life.error) marks.push('abandoned');
  else if (over && life.lost) marks.push('lost');
  else if (over && life.signal) marks.push('killed');
  if (over && (life.failed > 0 || life.exitcode > 0)) marks.push('failed');
  if (over && life.retried > 0) marks.push('retried');
  if (life.ended === NONE && life.reaped === NONE && until >= END) marks.push('open');
  return marks;
}

// drawSegment draws one part of a life. Its letter is drawn if there is room.
function drawSegment(context, part, y, height) {
  const x = Math.max(xOf(part.from), line.gutter - 2), right = Math.min(xOf(part.to), line.width + 2);
  const width = Math.max(right - x, 1);
  const kind = kindOf(part.kind);
  if (kind.pattern === 'outline' && width > 3) {
    context.strokeStyle = colourOf(part.kind);
    context.setLineDash(part.kind === 'zombie' ? [3, 2] : []);
    context.strokeRect(x + 0.5, y + height / 4 + 0.5, width - 1, height / 2 - 1);
    context.setLineDash([]);
  } else {
    context.fillStyle = width > 6 ? patternOf(context, part.kind) : colourOf(part.kind);
    const thin = kind.pattern === 'outline' ? height / 4 : 0;
    context.fillRect(x, y + thin, width, height - 2 * thin);
  }
  if (kind.letter && width > 16 && height > 9) drawLetter(context, kind.letter, x + width / 2, y + height / 2);
}

function drawLetter(context, letter, x, y) {
  context.fillStyle = colours.ground;
  context.fillRect(x - 6, y - 6, 12, 12);
  context.fillStyle = colours.ink;
  context.textAlign = 'center';
  context.fillText(letter, x, y + 0.5);
  context.textAlign = 'start';
}

// drawMarks draws the signs behind a bar. If another bar follows, and has no room for them, it draws only the first.
// At the right edge the signs stand before the bar, or on its end.
function drawMarks(context, life, y, height, next) {
  const end = xOf(Math.min(life.last, line.until)) + 3, room = next ? xOf(next.asked) - 2 : line.width;
  const signs = signsOf(life);
  if (signs.length === 0 || end > line.width) return;
  const widths = signs.map(({ text }) => context.measureText(text).width);
  const width = widths.reduce((a, b) => a + b + 5);
  let x = Math.max(end, line.gutter + 2);
  if (x + width > room && next) {
    signs.length = widths.length = 1;
    signs[0].text = signs[0].sign;
    if (x > room - 4) return;
  } else if (x + width > room) {
    const before = xOf(life.asked) - width - 5;
    x = line.mode === 'each' && before > line.gutter && signs[0].name !== 'open' ? before : room - width - 4;
    context.fillStyle = colours.ground;
    if (x !== before) context.fillRect(x - 2, y + 1, width + 4, height - 2);
  }
  if (traced) Object.assign(traced.at(-1), { signsFrom: x, signsTo: x + width });
  signs.forEach(({ text, colour }, i) => {
    context.fillStyle = colours[colour];
    context.fillText(text, x, y + height / 2);
    x += widths[i] + 5;
  });
}

// signsOf returns the signs for the end of a process. The others are drawn at their times.
function signsOf(life) {
  return marksOf(life, line.until).filter(name => name !== 'adopted' && name !== 'signal').map(name => {
    const [, sign, colour] = MARKS.find(([mark]) => mark === name);
    const more = name === 'killed' ? life.signal : name === 'failed' && isFamily ? life.exitcode : '';
    return { name, sign, colour, text: more === '' ? sign : `${sign} ${more}` };
  });
}

// whoText returns the name and the PID of a process, or only the PID of a stranger.
function whoText(pid, at) {
  const life = whoIs(pid, at);
  return life ? `${nameOf(life)} (${pid})` : say('somebody', pid);
}

// starterText does the same for the process that started this one.
function starterText(life) {
  const starter = starterOf(life);
  return starter ? `${nameOf(starter)} (${pidText(starter)})` : say('somebody', life.ppid);
}

// pidText returns a PID. On a cluster the node is added, since nodes have the same PIDs.
const pidText = life => life.node ? `${life.pid}@${life.node}` : `${life.pid}`;
