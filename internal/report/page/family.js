// Family: who started whom, and what happened to each process.
const CHUNK = 200; // children of one parent that appear at a time
const MOST_OPEN = 40; // children that are shown unfolded
const MOST_DEEP = 40; // generations that are shown unfolded

function historyOf(life) {
  if (isFamily) return [...life.deeds.flatMap(deed => deedText(life, deed)), ...lastWord(life)].join(' · ');
  const history = [[life.started, say('startedBy', starterText(life), timeText(life.started))]];
  for (const s of life.signals) history.push([s.at, say('signalled', s.name, whoText(s.sender, s.at))]);
  if (life.adopted !== NONE) history.push([life.adopted, say('hAdopted', whoText(life.adopter, life.adopted))]);
  if (life.ended !== NONE && !life.lost && life.reaped === NONE) history.push([life.ended, say('becameZombie')]);
  if (life.reaped !== NONE) {
    history.push([life.reaped, exitText(life)]);
  } else if (life.lost) {
    history.push([life.ended, exitText(life)]);
  } else {
    history.push([END, say(life.ended === NONE ? 'unknownEnd' : 'nobody')]);
  }
  return history.sort((a, b) => a[0] - b[0]).map(([, text]) => text).join(' · ');
}

const childrenBy = new Map();
for (const life of lives) {
  const starter = starterOf(life) || parent;
  if (!childrenBy.has(starter)) childrenBy.set(starter, []);
  childrenBy.get(starter).push(life);
}

function memberItem(life, depth) {
  const item = element('li');
  const name = element('button', `${nameOf(life)}${life.task && ` (${life.task})`} ${pidText(life)}`, 'name');
  name.type = 'button';
  name.addEventListener('click', () => { choose(life); scroller.focus({ preventScroll: true }); get('h-line').scrollIntoView(); });
  item.append(name);
  if (life !== parent) item.append(element('span', ` ${historyOf(life)}`, 'history'));
  else item.append(element('span', ` ${say('startedBy', say('somebody', life.ppid), timeText(0))}`, 'history'));
  const children = childrenBy.get(life) || [];
  if (children.length > 0) item.append(children.length > MOST_OPEN || depth % MOST_DEEP === 0 ? folded(children, depth) : childList(children, depth));
  return item;
}

// folded hides many children until the reader unfolds them.
function folded(children, depth) {
  const details = element('details');
  details.append(element('summary', say('childrenOf', countText(children.length))));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(childList(children, depth));
  });
  return details;
}

function childList(children, depth) {
  const list = element('ul');
  const append = from => {
    list.append(...children.slice(from, from + CHUNK).map(life => memberItem(life, depth + 1)));
    if (children.length <= from + CHUNK) return;
    const item = element('li'), more = element('button', say('more', countText(children.length - from - CHUNK)));
    more.type = 'button';
    more.addEventListener('click', () => { item.remove(); append(from + CHUNK); });
    item.append(more);
    list.append(item);
  };
  append(0);
  return list;
}

const drawFamily = () => get('family').replaceChildren(memberItem(parent, 1));
