// Rows: which processes share a row of the time line, and which part of the time is visible.
const HEAD = 46; // pixels above the rows: the axis and the parent
const ROW = 20;
const shownAt = { from: 0, to: END }; // the visible time
const MARGIN = 0.02; // visible part of the time before the beginning and after the end

const line = {
  mode: lives.length <= 60 ? 'each' : 'slots',
  rows: [],
  row: ROW, // height in pixels
  until: END, // bars are drawn up to this time
  selected: null,
  hovered: null,
  gutter: 90,
  width: 0, // of the canvas
  height: 0,
};

function layOut() {
  line.rows = [];
  for (const life of lives) {
    const place = line.mode === 'each' ? life.n : life.slot;
    (line.rows[place] ||= []).push(life);
  }
  if (isCluster) for (const row of line.rows) row.sort((a, b) => a.asked - b.asked);
}

const rowOf = life => life === parent ? NONE : line.mode === 'each' ? life.n : life.slot;

const scaleNow = () => (line.width - line.gutter) / (shownAt.to - shownAt.from);
const xOf = at => line.gutter + (at - shownAt.from) * scaleNow();
const timeAt = x => shownAt.from + (x - line.gutter) / scaleNow();

// look shows another part of the time. It stays within the run and shows at least 20 µs.
function look(from, to) {
  const whole = END * (1 + 2 * MARGIN), least = Math.min(20, whole);
  const length = Math.min(whole, Math.max(least, to - from));
  from = Math.min(Math.max(from, -END * MARGIN), END * (1 + MARGIN) - length);
  shownAt.from = from;
  shownAt.to = from + length;
  redraw();
}

const lookAtAll = () => look(-END * MARGIN, END * (1 + MARGIN));

// zoom zooms by a factor. The moment at x stays in its place.
function zoom(factor, x = (line.gutter + line.width) / 2) {
  const at = timeAt(x);
  look(at - (at - shownAt.from) / factor, at + (shownAt.to - at) / factor);
}

const pan = part => {
  const by = (shownAt.to - shownAt.from) * part;
  look(shownAt.from + by, shownAt.to + by);
};

// lifeAt returns the process whose bar is at a point of the canvas, or within 5 pixels of it.
function lifeAt(x, y) {
  if (x < line.gutter || y < HEAD - 22) return null;
  if (y < HEAD) return parent;
  const row = line.rows[Math.floor((y - HEAD + get('scroller').scrollTop) / line.row)] || [];
  let nearest = null, distance = 5;
  for (const life of row) {
    if (life.asked > line.until) continue;
    const away = Math.max(xOf(life.asked) - x, x - xOf(Math.min(life.last, line.until)), 0);
    if (away < distance) [nearest, distance] = [life, away];
  }
  return nearest;
}
