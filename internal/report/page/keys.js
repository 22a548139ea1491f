// Keys, pointer and wheel: how a reader moves along the time line.
const pointers = new Map(); // pointers that are down, by their id
let dragged = 0; // pixels

function neighbour(life, along) {
  if (life === null || life === parent) return along > 0 ? lives[0] || null : life;
  const row = line.rows[rowOf(life)], next = row[row.indexOf(life) + along];
  return next || lives[life.n + along] || life;
}

function neighbourRow(life, down) {
  if (life === null) return lives[0] || parent;
  const number = rowOf(life) + down;
  if (number < 0) return parent;
  const row = line.rows[number];
  if (!row) return life;
  const at = life === parent ? 0 : life.asked;
  return row.reduce((best, other) => Math.abs(other.asked - at) < Math.abs(best.asked - at) ? other : best);
}

const KEYS = {
  '+': () => zoom(1.5), '=': () => zoom(1.5), '-': () => zoom(1 / 1.5), Home: lookAtAll, Escape: () => choose(null), ' ': playOrPause,
  ArrowRight: () => choose(neighbour(line.selected, 1)), ArrowLeft: () => choose(neighbour(line.selected, -1)),
  ArrowDown: () => choose(neighbourRow(line.selected, 1)), ArrowUp: () => choose(neighbourRow(line.selected, -1)),
  'Shift+ArrowRight': () => pan(0.2), 'Shift+ArrowLeft': () => pan(-0.2),
  'Shift+ArrowDown': () => scroller.scrollBy(0, 5 * line.row), 'Shift+ArrowUp': () => scroller.scrollBy(0, -5 * line.row),
};

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key;
  if (!Object.hasOwn(KEYS, name)) return;
  event.preventDefault();
  KEYS[name]();
}

function wheeled(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.003)), event.offsetX);
    return;
  }
  const across = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
  if (Math.abs(across) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
  event.preventDefault();
  pan(across * (event.deltaMode ? 16 : 1) / (line.width - line.gutter));
}

function placeOf(event) {
  const box = scroller.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function pressed(event) {
  if (event.button !== 0 || placeOf(event)[0] > line.width) return; // on the scroll bar
  pointers.set(event.pointerId, event);
  dragged = 0;
  scroller.setPointerCapture(event.pointerId);
}

function pointed(event) {
  const before = pointers.get(event.pointerId), [x, y] = placeOf(event);
  if (!before) {
    if (event.pointerType !== 'touch') hover(x, y);
    return;
  }
  const others = [...pointers.values()].filter(other => other.pointerId !== event.pointerId);
  if (others.length === 1) pinch(before, event, others[0]);
  else drag(before, event);
  pointers.set(event.pointerId, event);
}

function drag(before, event) {
  const across = event.clientX - before.clientX, down = event.clientY - before.clientY;
  dragged += Math.abs(across) + Math.abs(down);
  if (dragged < 4) return;
  scroller.classList.add('dragged');
  hover(-1, -1);
  pan(-across / (line.width - line.gutter));
  if (event.pointerType === 'mouse') scroller.scrollTop -= down;
}

function pinch(before, event, other) {
  const apart = e => Math.max(20, Math.hypot(e.clientX - other.clientX, e.clientY - other.clientY));
  dragged += 10;
  zoom(apart(event) / apart(before), (placeOf(event)[0] + placeOf(other)[0]) / 2);
}

function released(event) {
  if (!pointers.delete(event.pointerId)) return;
  scroller.classList.remove('dragged');
  if (dragged < 4 && event.type === 'pointerup') choose(lifeAt(...placeOf(event)));
}

function hover(x, y) {
  const life = lifeAt(x, y);
  if (life !== line.hovered) {
    line.hovered = life;
    redraw();
  }
  if (life) tell(life, x, y);
  else if (line.selected === null) tell(null);
}

function listen() {
  scroller.addEventListener('keydown', keyed);
  scroller.addEventListener('wheel', wheeled, { passive: false });
  scroller.addEventListener('pointerdown', pressed);
  scroller.addEventListener('pointermove', pointed);
  scroller.addEventListener('pointerup', released);
  scroller.addEventListener('pointercancel', released);
  scroller.addEventListener('pointerleave', () => hover(-1, -1));
  scroller.addEventListener('dblclick', event => zoom(2, placeOf(event)[0]));
  scroller.addEventListener('scroll', redraw);
  get('in').addEventListener('click', () => zoom(1.6));
  get('out').addEventListener('click', () => zoom(1 / 1.6));
  get('fit').addEventListener('click', lookAtAll);
}
