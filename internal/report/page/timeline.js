// Time line: the canvas with a bar for each process. Each change redraws its visible part.
const barsCanvas = get('bars'), scroller = get('scroller');
const FONT = '11px system-ui, sans-serif';
let traced = null; // the bars of a drawing, for tests
let wanted = false;

// redraw requests one drawing of all canvases before the next frame.
function redraw() {
  if (wanted) return;
  wanted = true;
  requestAnimationFrame(drawAll);
}

function drawAll() {
  wanted = false;
  drawBars();
  drawRate();
}

// fitCanvas gives a canvas the resolution of the screen. Drawing uses CSS pixels.
function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  context.direction = 'ltr';
  return context;
}

// resize adapts the canvas to another width of the page, another mode, or paper.
function resize(whole) {
  const height = HEAD + line.rows.length * line.row + 6;
  line.height = whole ? height : Math.min(height, Math.max(220, Math.round(window.innerHeight * 0.6)));
  scroller.style.height = `${line.height}px`;
  get('spacer').style.height = `${height - line.height}px`;
  line.width = scroller.clientWidth;
  line.gutter = gutterFor(line.width);
}

// gutterFor returns the width of the longest label, limited to a part of the page.
function gutterFor(width) {
  const context = barsCanvas.getContext('2d');
  context.font = FONT;
  let widest = context.measureText(labelOf(parent, NONE)).width;
  line.rows.slice(0, 1000).forEach((row, n) => { widest = Math.max(widest, context.measureText(labelOf(row[0], n)).width + indentOf(row[0])); });
  return Math.ceil(Math.min(widest + 18, width < 560 ? 76 : isCluster ? 230 : 190));
}

function drawBars() {
  const context = fitCanvas(barsCanvas, line.width, line.height);
  const top = scroller.scrollTop, first = Math.floor(top / line.row);
  const last = Math.min(line.rows.length - 1, Math.floor((top + line.height - HEAD) / line.row));
  drawGrid(context);
  context.save();
  context.beginPath();
  context.rect(0, HEAD, line.width, line.height - HEAD);
  context.clip();
  if (line.mode === 'each' && lives.length <= 200) drawKinship(context, top);
  for (let row = first; row <= last; row++) drawRow(context, line.rows[row] || [], row, HEAD + row * line.row - top);
  context.restore();
  drawRow(context, [parent], NONE, HEAD - 22);
  drawCursor(context);
}

function drawGrid(context) {
  const step = tickStep((shownAt.to - shownAt.from) / Math.max(2, (line.width - line.gutter) / 95));
  context.fillStyle = colours.raised;
  context.fillRect(0, 0, line.width, HEAD);
  context.textAlign = 'center';
  for (let at = Math.max(0, Math.ceil(shownAt.from / step) * step); at <= Math.min(shownAt.to, END * 1.02); at += step) {
    const x = Math.round(xOf(at)) + 0.5;
    context.fillStyle = colours.rule;
    context.fillRect(x - 0.5, 18, 1, line.height);
    context.fillStyle = colours.soft;
    if (x > line.gutter - 1 && x < line.width - 18) context.fillText(tickText(at, step), x, 10);
  }
  context.textAlign = 'start';
}

function labelOf(life, row) {
  if (life === parent) return `${parent.name} ${parent.pid}`;
  const node = nodeText(life.node);
  if (line.mode === 'each') return `${nameOf(life)} ${pidText({ ...life, node })}`;
  if (isCluster) return `${node} · ${life.task ? say('task') : say('row', life.lane)}`;
  return say('row', row);
}

// nodeText leaves out the middle of a long name. Nodes differ at the end of their names.
const nodeText = node => node.length > 12 ? `${node.slice(0, 3)}…${node.slice(-8)}` : node;

// indentOf returns the indent of a label. Children of a task are indented below it.
const indentOf = life => isCluster && life !== parent && !life.task ? 12 : 0;

function drawRow(context, row, number, y) {
  const gap = line.row > 10 || number === NONE ? 3 : line.row > 3 ? 1 : 0;
  const height = (number === NONE ? 22 : line.row) - 2 * gap;
  context.save();
  context.beginPath();
  context.rect(line.gutter, y, line.width - line.gutter, height + 2 * gap);
  context.clip();
  let specks = null; // bars that are too thin to be distinguished
  row.forEach((life, i) => {
    if (life.asked > line.until || life.asked > shownAt.to || life.last < shownAt.from && !isAtEdge(life)) return;
    const x = xOf(life.asked), right = xOf(Math.min(life.last, line.until));
    const marked = life.trouble || life.signals.length > 0 || life === line.selected || life === line.hovered;
    if (right - x < 2 && !marked) {
      specks = withSpeck(context, specks, life, x, right, y + gap, height);
      return;
    }
    drawSpecks(context, specks);
    specks = null;
    drawLife(context, life, y + gap, height, row[i + 1]);
  });
  drawSpecks(context, specks);
  for (const life of row) if (life.trouble && life.last <= line.until) drawTrouble(context, life, y + gap, height);
  context.restore();
  if (row.length && (number === NONE || line.row > 9)) drawLabel(context, labelOf(row[0], number), indentOf(row[0]), y + gap + height / 2);
}

// isAtEdge tells whether the signs after the end of a bar may reach into the visible part.
const isAtEdge = life => xOf(life.last) > line.gutter - 160;

// drawTrouble marks the end of a bar. It is called after all bars of a row, since the next bar may be close.
function drawTrouble(context, life, y, height) {
  context.fillStyle = colours.bad;
  context.fillRect(Math.max(xOf(life.asked), xOf(life.last) - 3), y, 3, height);
}

// withSpeck merges a life that is too short to be seen with the lives before it that it touches.
function withSpeck(context, specks, life, x, right, y, height) {
  trace(life, x, right, y, height, [life.main]);
  if (specks && specks.kind === life.main && x - specks.right < 1) {
    specks.right = Math.max(specks.right, right);
    return specks;
  }
  drawSpecks(context, specks);
  return { kind: life.main, x, right, y, height };
}

function drawSpecks(context, specks) {
  if (!specks) return;
  context.fillStyle = colourOf(specks.kind);
  context.fillRect(specks.x, specks.y, Math.max(1, specks.right - specks.x), specks.height);
}

const trace = (life, x, right, y, height, kinds) => traced && traced.push({ pid: life.pid, node: life.node, name: life.name, x, right, y, height, kinds, marks: marksOf(life, line.until) });

function drawLife(context, life, y, height, next) {
  const parts = segmentsOf(life, line.until);
  for (const part of parts) drawSegment(context, part, y, height);
  const x = xOf(life.asked), right = xOf(Math.min(life.last, line.until));
  trace(life, x, right, y, height, parts.map(part => part.kind));
  if (height > 9) {
    drawMarks(context, life, y, height, next);
  }
  const named = height > 9 ? drawName(context, life, y, height) : 0;
  drawSignals(context, life, y);
  if (life.adopted !== NONE && life.adopted <= line.until) drawAdoption(context, life, y, height, named);
  if (life === line.selected || life === line.hovered) {
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, Math.max(right - x, 1) + 2, height + 2);
    context.lineWidth = 1;
  }
}

// drawName writes the name onto the first phase of the bar that is long enough. It returns where the name ends, or 0.
function drawName(context, life, y, height) {
  const text = line.mode === 'each' && life.file && !life.task ? life.file : line.mode === 'each' ? life.name : nameOf(life);
  const longest = segmentsOf(life, line.until).find(part => (part.kind === 'running' || part.kind === 'task') && xOf(part.to) - Math.max(xOf(part.from), line.gutter) > 40);
  if (!longest || life === parent) return 0;
  const right = Math.min(xOf(longest.to), line.width) - 4;
  const from = besideMarks(life, Math.max(xOf(longest.from), line.gutter) + 4, context.measureText(text).width, right);
  const shown = shortened(context, text, right - from);
  if (shown.length <= 1) return 0;
  context.fillStyle = '#ffffff';
  context.fillText(shown, from, y + height / 2 + 0.5);
  if (traced) Object.assign(traced.at(-1), { nameFrom: from, nameTo: from + context.measureText(shown).width });
  return from + context.measureText(shown).width;
}

// besideMarks returns the first place from which a text is not covered by the signals and the adoption of a process. If
// there is none before right, it is from.
function besideMarks(life, from, width, right) {
  const marks = life.signals.map(s => [xOf(s.at) - 5, xOf(s.at) + 6]);
  if (life.adopted !== NONE) marks.push([xOf(life.adopted) - 7, xOf(life.adopted) + 8]);
  let place = from;
  for (const [left, end] of marks.sort((a, b) => a[0] - b[0])) if (place < end && place + width > left) place = end;
  return place + width <= right ? place : from;
}

function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  const letters = Array.from(text).slice(0, 200);
  let low = 0, high = letters.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${letters.slice(0, middle).join('')}…`).width <= room) low = middle; else high = middle - 1;
  }
  return low > 0 ? `${letters.slice(0, low).join('')}…` : '';
}

function drawLabel(context, text, indent, y) {
  context.fillStyle = colours.soft;
  context.fillText(shortened(context, text, line.gutter - 12 - indent), 8 + indent, y);
}

// drawCursor shows the moment of the replay.
function drawCursor(context) {
  if (line.until >= END) return;
  context.fillStyle = colours.accent;
  const x = xOf(line.until);
  if (x >= line.gutter) context.fillRect(x - 1, 18, 2, line.height);
}
