// Files: a table. Only its visible rows exist.
const HIGH = 26; // height of a row in pixels, as in the style sheet
const PRINTED = 2000; // most rows on paper
const COLUMNS = [
  { word: 'name', width: isCluster ? '24%' : '28%', text: n => files.name(n) },
  { word: 'result', width: '9%', text: n => outcomeText(files.outcome(n)) },
  { word: 'child', width: '10%', text: n => files.life(n) ? files.life(n).name : say('parent') },
  ...(isCluster ? [{ word: 'node', width: '9%', text: n => files.life(n) ? files.life(n).node : '' }] : []),
  { word: 'bytes', width: '9%', number: files.bytes, text: n => files.bytes(n) > 0 ? bytesText(files.bytes(n)) : '' },
  { word: 'from', width: '10%', number: files.from, text: n => files.from(n) === NONE ? '' : timeText(files.from(n)) },
  { word: 'duration', width: '10%', number: files.took, text: n => files.took(n) === NONE ? '' : timeText(files.took(n)) },
  { word: 'why', width: isCluster ? '19%' : '24%', text: n => reasonText(files.why(n)) },
];
const list = { shown: [], column: null, down: false, chosen: NONE, sought: null };

const outcomeText = outcome => say(outcome);

// sift filters and sorts the rows as the reader wants them.
function sift() {
  const text = get('filter').value.toLowerCase(), outcome = get('outcome').value;
  list.shown = [];
  if (text) list.sought ||= Array.from({ length: files.count }, (_, n) => `${files.name(n)}\n${files.why(n)}\n${reasonText(files.why(n))}`.toLowerCase());
  for (let n = 0; n < files.count; n++) {
    if ((!outcome || files.outcome(n) === outcome) && (!text || list.sought[n].includes(text))) list.shown.push(n);
  }
  if (list.column) list.shown.sort(orderBy(list.column, list.down));
  get('shown').textContent = say('shown', countText(list.shown.length), countText(files.count));
  get('table').scrollTop = 0;
  drawRows();
}

function orderBy(column, down) {
  const sign = down ? -1 : 1;
  if (column.number) return (a, b) => sign * (column.number(a) - column.number(b)) || a - b;
  const keys = new Map(list.shown.map(n => [n, column.text(n)]));
  const { compare } = new Intl.Collator(language, { numeric: true });
  // A collator would take seconds for hundreds of thousands of names.
  const order = list.shown.length > 20000 ? (a, b) => a < b ? -1 : a > b ? 1 : 0 : compare;
  return (a, b) => sign * order(keys.get(a), keys.get(b)) || a - b;
}

function drawColumns() {
  get('columns').replaceChildren(...COLUMNS.map(column => {
    const head = element('th', undefined, column.number ? 'number' : ''), button = element('button');
    const sorted = list.column === column;
    head.scope = 'col';
    head.style.width = column.width;
    head.setAttribute('aria-sort', !sorted ? 'none' : list.down ? 'descending' : 'ascending');
    button.type = 'button';
    button.textContent = say(column.word) + (!sorted ? '' : list.down ? ' ▼' : ' ▲');
    button.addEventListener('click', () => {
      list.down = sorted && !list.down;
      list.column = column;
      drawColumns();
      get('columns').children[COLUMNS.indexOf(column)].firstChild.focus();
      sift();
    });
    head.append(button);
    return head;
  }));
}

const space = height => {
  const row = element('tr', undefined, 'space'), cell = element('td');
  row.setAttribute('aria-hidden', 'true');
  cell.colSpan = COLUMNS.length;
  cell.style.height = `${height}px`;
  row.append(cell);
  return row;
};

// drawRows makes the visible rows, and empty space in place of the others.
function drawRows(all = false) {
  const table = get('table');
  const first = all ? 0 : Math.max(0, Math.floor(table.scrollTop / HIGH) - 8);
  const last = Math.min(list.shown.length, all ? PRINTED : first + Math.ceil(table.clientHeight / HIGH) + 24);
  const rows = [];
  for (let place = first; place < last; place++) rows.push(fileRow(list.shown[place], place));
  const before = first * HIGH, after = all ? 0 : (list.shown.length - last) * HIGH;
  get('rows').replaceChildren(...(before ? [space(before)] : []), ...rows, ...(after ? [space(after)] : []));
  table.firstElementChild.setAttribute('aria-rowcount', list.shown.length + 1);
}

function fileRow(n, place) {
  const row = element('tr', undefined, n === list.chosen ? 'chosen' : '');
  row.setAttribute('aria-rowindex', place + 2);
  for (const column of COLUMNS) {
    const cell = element('td', column.text(n), column.number ? 'number' : '');
    if (column.word === 'result') cell.classList.add(files.outcome(n));
    cell.title = cell.textContent;
    row.append(cell);
  }
  row.addEventListener('click', () => chooseFile(place));
  return row;
}

// chooseFile shows the whole text of a file's row, and its child on the time line.
function chooseFile(place) {
  if (list.shown.length === 0) return;
  place = Math.max(0, Math.min(place, list.shown.length - 1));
  const n = list.chosen = list.shown[place], table = get('table');
  table.scrollTop = Math.min(Math.max(table.scrollTop, (place + 3) * HIGH - table.clientHeight), place * HIGH);
  get('whole').textContent = COLUMNS.map(column => column.text(n)).filter(text => text).join(' · ');
  if (files.life(n)) choose(files.life(n));
  drawRows();
}

function listFiles() {
  const table = get('table');
  get('filesSection').hidden = files.count === 0;
  table.addEventListener('scroll', () => drawRows());
  table.addEventListener('keydown', event => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (!by || event.target !== table) return;
    event.preventDefault();
    chooseFile(list.shown.indexOf(list.chosen) + by);
  });
  get('filter').addEventListener('input', sift);
  get('outcome').addEventListener('change', sift);
}

function drawOutcomes() {
  const chosen = get('outcome').value;
  const option = (value, text) => Object.assign(element('option', text), { value });
  const known = [...new Set(record.files.outcome || [])].map(place => texts[place]);
  get('outcome').replaceChildren(option('', say('anyOutcome')), ...known.map(outcome => option(outcome, outcomeText(outcome))));
  get('outcome').value = chosen;
}
