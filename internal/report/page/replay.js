// Replay: shows the run again, at the speed that the reader chooses.
const SPEEDS = [1, 2, 5, 10, 20, 50, 100];
const SHORTEST = 8e6, LONGEST = 30e6; // microseconds that a replay takes at the automatic speed
const replay = { playing: false, last: 0 };

// speedNow returns the time of the run that passes in one unit of the reader's time.
function speedNow() {
  const chosen = Number(get('speed').value);
  return chosen || END / Math.min(LONGEST, Math.max(SHORTEST, END));
}

function playOrPause() {
  replay.playing = !replay.playing;
  if (replay.playing && line.until >= END) goTo(0);
  replay.last = performance.now();
  drawPlay();
  if (replay.playing) requestAnimationFrame(step);
}

function step(now) {
  if (!replay.playing) return;
  goTo(line.until + Math.max(0, now - replay.last) * 1000 * speedNow());
  replay.last = now;
  if (line.until >= END) {
    replay.playing = false;
    drawPlay();
  } else {
    requestAnimationFrame(step);
  }
}

// goTo shows the run as it was at a moment.
function goTo(at) {
  line.until = Math.min(END, Math.max(0, at));
  get('at').value = line.until / END * 1000;
  follow();
  drawCounters();
  redraw();
}

// follow turns the page when the cursor reaches the end of the visible time.
function follow() {
  const length = shownAt.to - shownAt.from;
  if (replay.playing && line.until > shownAt.to) look(line.until - length * 0.05, line.until + length * 0.95);
  else if (replay.playing && line.until < shownAt.from) look(line.until, line.until + length);
}

function countersNow(at) {
  const done = upTo(doneTimes, at);
  return { files: done, bytes: doneBytes[done], running: runningAt(at) };
}

function drawCounters() {
  const at = line.until, now = countersNow(at);
  const text = isFamily || isOfCommands ? say('countersLesson', timeText(at), now.running)
    : say('counters', timeText(at), countText(now.files), bytesText(now.bytes), now.running);
  get('counters').textContent = text;
  get('at').setAttribute('aria-valuetext', text);
}

const drawPlay = () => { get('play').textContent = say(replay.playing ? 'pause' : 'play'); };

function drawSpeeds() {
  const chosen = get('speed').value;
  const option = (value, text) => Object.assign(element('option', text), { value });
  get('speed').replaceChildren(option('', say('auto')), ...SPEEDS.map(n => option(n, `×${n}`)));
  get('speed').value = chosen;
}

function listenReplay() {
  get('play').addEventListener('click', playOrPause);
  get('at').addEventListener('input', () => {
    replay.playing = false;
    drawPlay();
    goTo(get('at').value / 1000 * END);
  });
}
