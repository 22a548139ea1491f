// Deeds: what happened to a process of a lesson or a traced program, in the words of the text report. Of a trace the
// words leave out what the tree shows anyway: that a parent has started and reaped its child.
const BRIEFLY = 50000; // microseconds that a zombie is not worth a word: its parent waits, and is only not yet there

function deedText(life, deed) {
  const starter = starterOf(life), did = whoShort(deed.pid, deed.at);
  const isParents = isTrace && deed.pid === life.ppid && starter !== null && starter !== parent;
  switch (deed.kind) {
    case 'started':
      if (isParents) return [];
      return [isTrace ? say('hStarted', did) : say('startedBy', did, timeText(deed.at))];
    case 'signalled': return [deed.pid === 0 ? say('fromKernel', deed.text) : say('signalled', deed.text, did)];
    case 'zombie': return zombieText(life, deed);
    case 'adopted': return [say('hAdopted', did)];
    case 'executed': return [say('executes', deed.text)];
    case 'stopped': return [say('stoppedBy', deed.text)];
    case 'continued': return [say('continued')];
    case 'session': return [say('session')];
    case 'grouped': return [deed.pid === life.pid ? say('leads') : say('grouped', did)];
    case 'subreaper': return [say('subreaper')];
    case 'exited': return life.lost || isParents ? [exitText(life)] : [exitText(life), say('reapedBy', did)];
  }
  return [];
}

function zombieText(life, deed) {
  if (!isTrace) return [say('becameZombie')];
  const lasted = life.reaped === NONE ? 0 : life.reaped - deed.at; // of one that is a zombie still, the last word says so
  return lasted > BRIEFLY ? [say('zombieFor', timeText(lasted))] : [];
}

// lastWord says how a process that was not reaped stands at the end.
function lastWord(life) {
  if (life.lost || life.reaped !== NONE) return [];
  if (isTrace) return life.ended === NONE ? [say('stillRuns')] : [exitText(life), say('unreaped')];
  return [say(life.ended === NONE ? 'unknownEnd' : 'nobody')];
}

// whoShort returns the letter of a process, or the PID of a stranger.
function whoShort(pid, at) {
  const life = whoIs(pid, at);
  return life === null ? say('somebody', pid) : life === parent ? 'brood' : life.letter;
}
