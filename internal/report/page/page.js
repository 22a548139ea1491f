// The page: its head, its language, its colours and its start.
function drawHead() {
  const run = record.run;
  const what = say(isTrace ? 'trace' : isLesson ? 'lesson' : run.dryRun ? 'dryRun' : isOfCommands ? 'run' : run.verify ? 'verify' : 'copy');
  document.title = `brood ${what} ${run.lesson || run.traced || run.command || record.begun}`;
  get('title').textContent = `brood · ${what}${run.lesson ? ` ${run.lesson}` : ''}`;
  get('where').textContent = isTrace ? run.traced : isLesson ? '' : isOfCommands ? run.command : say('to', run.sources ? say('sources', countText(run.sources)) : run.source, run.dest);
  const ended = run.ended === NONE ? END : run.ended;
  const all = [['pid', run.pid], ['begun', record.begun], ['took', timeText(ended)], [isFamily ? 'processes' : 'children', countText(run.children)], ['peak', countText(run.peak)]];
  if (isCluster) all.push(['tasks', countText(run.tasks || 0)], ['nodes', countText(run.nodes)]);
  if (isOfCommands) all.push(['succeeded', countText(run.files)]);
  else if (!isFamily) all.push(['filesDone', countText(run.files)], ['bytes', bytesText(run.bytes)], ['rate', say('perSecond', bytesText(run.rate))]);
  if (!isFamily) {
    all.push(['failed', countText(run.failed), run.failed > 0], ['skipped', countText(run.skipped)], ['retried', countText(run.retried)]);
  }
  get('facts').replaceChildren(...all.map(([word, text, bad]) => {
    const fact = element('div', undefined, bad ? 'bad' : word === 'begun' ? 'wide' : '');
    fact.append(element('dt', say(word)), element('dd', text));
    return fact;
  }));
  const notes = [];
  if (!record.finished) notes.push(say('noEnd'));
  if (run.stopped) notes.push(say('stopped', run.stopped));
  if (run.halted) notes.push(say('halted', reasonText(run.halted)));
  get('notes').replaceChildren(...notes.map(text => element('p', text, 'note')));
}

// drawLegend draws only the signs that this run has.
function drawLegend() {
  const kinds = new Set(['running']), marks = new Set();
  for (const life of lives) {
    for (const part of segmentsOf(life, END)) if (part.to > part.from) kinds.add(part.kind);
    for (const mark of marksOf(life, END)) marks.add(mark);
  }
  const items = [...kinds].slice(0, 20).map(kind => {
    const item = element('li'), sample = element('canvas');
    const context = fitCanvas(sample, 26, 14);
    const scale = [line.gutter, line.width, shownAt.from, shownAt.to];
    [line.gutter, line.width, shownAt.from, shownAt.to] = [0, 26, 0, 26];
    drawSegment(context, { kind, from: 0, to: 26 }, 0, 14);
    [line.gutter, line.width, shownAt.from, shownAt.to] = scale;
    item.append(sample, element('span', say(kindOf(kind).word || kind)));
    return item;
  });
  for (const [mark, sign, colour] of MARKS) {
    if (!marks.has(mark)) continue;
    const item = element('li'), sample = element('b', sign);
    sample.style.color = `var(--${colour})`;
    item.append(sample, element('span', say(isFamily && mark === 'failed' ? 'markNonzero' : MARK_WORDS[mark])));
    items.push(item);
  }
  get('legend').replaceChildren(...items);
}

function drawWords() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const worded of document.querySelectorAll('[data-word]')) worded.textContent = say(worded.dataset.word);
  for (const titled of document.querySelectorAll('[data-title]')) titled.title = titled.ariaLabel = say(titled.dataset.title);
  get('language').textContent = say('language');
  get('language').lang = language === 'zh' ? 'en' : 'zh-CN';
  get('filter').placeholder = get('filter').ariaLabel = say('filter');
  get('outcome').ariaLabel = say('result');
  get('at').ariaLabel = say('position');
  scroller.ariaLabel = say('lineLabel', countText(lives.length));
  for (const draw of [drawHead, drawTheme, drawPlay, drawSpeeds, drawCounters, drawLegend, drawColumns, drawOutcomes, sift, drawOutputs, drawFamily, redraw]) draw();
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');
let theme = dark.matches ? 'dark' : 'light';

function drawTheme(shown = theme) {
  document.documentElement.dataset.theme = shown;
  get('theme').textContent = say(theme === 'dark' ? 'light' : 'dark');
  readColours();
}

function turnTo(another) {
  theme = another;
  drawTheme();
  drawLegend();
  redraw();
}

function changeMode() {
  line.mode = get('mode').value;
  layOut();
  scroller.scrollTop = 0;
  resize();
  choose(null);
}

// toPaper shows the whole run in light colours, with rows that fit a page.
function toPaper() {
  line.kept = { ...line, from: shownAt.from, to: shownAt.to, top: scroller.scrollTop };
  if (line.rows.length > 120) line.mode = 'slots';
  line.until = END;
  line.selected = line.hovered = null;
  layOut();
  line.row = Math.max(1, Math.min(ROW, 800 / line.rows.length));
  tell(null);
  resize(true);
  line.width = Math.min(line.width, 700);
  lookAtAll();
  drawTheme('light');
  drawLegend();
  drawAll();
  drawRows(true);
}

function fromPaper() {
  const { from, to, top, ...kept } = line.kept;
  Object.assign(line, kept);
  resize();
  scroller.scrollTop = top;
  drawTheme();
  drawLegend();
  look(from, to);
  drawRows();
}

function begin() {
  get('mode').value = line.mode;
  if (isCluster) get('mode').options[0].dataset.word = 'bySlotOfNode';
  layOut();
  readColours();
  resize();
  lookAtAll();
  drawWords();
  listen();
  listFiles();
  listenReplay();
  drawAll();
  get('mode').addEventListener('change', changeMode);
  get('language').addEventListener('click', () => { language = language === 'zh' ? 'en' : 'zh'; list.sought = null; drawWords(); });
  get('theme').addEventListener('click', () => turnTo(theme === 'dark' ? 'light' : 'dark'));
  dark.addEventListener('change', () => turnTo(dark.matches ? 'dark' : 'light'));
  new ResizeObserver(() => { resize(); redraw(); }).observe(get('plot'));
  window.addEventListener('resize', () => { resize(); redraw(); drawRows(); });
  window.addEventListener('beforeprint', toPaper);
  window.addEventListener('afterprint', fromPaper);
}

begin();

// brood lets tests read what is drawn. They cannot change anything with it.
window.brood = Object.freeze({
  drawn: performance.now(), // milliseconds after the navigation began
  lives: () => lives.map(({ name, pid, ppid, node, asked, started, ended, reaped }) => ({ name, pid, ppid, node, asked, started, ended, reaped })),
  bars: () => { traced = []; drawBars(); const bars = traced; traced = null; return bars; },
  timeAt: x => timeAt(x),
  view: () => ({ ...shownAt, gutter: line.gutter, width: line.width, mode: line.mode }),
  selected: () => line.selected && line.selected.pid,
  shown: () => list.shown.map(n => files.name(n)),
  replay: () => ({ playing: replay.playing, at: line.until, end: END, ...countersNow(line.until) }),
});
