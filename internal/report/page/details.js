// Details: all facts about one process, beside its bar.
function factsOf(life) {
  const facts = [];
  const add = (word, text) => { if (text !== '') facts.push([say(word), text]); };
  add('parentOf', starterText(life));
  add('node', life.node);
  add('task', life.task);
  add('file', life.file);
  if (life.files > 1) add('files', say('moreFiles', countText(life.files)));
  add('command', life.command);
  if (life.started > life.asked) {
    add('asked', timeText(life.asked));
    add('started', say('forkTook', timeText(life.started), timeText(life.started - life.asked)));
  } else {
    add('started', timeText(life.started));
  }
  if (life !== parent) add('phases', phasesText(life));
  for (const s of life.signals) add('signals', say('signalFrom', s.name, s.sender === 0 ? say('kernel') : whoText(s.sender, s.at), timeText(s.at)));
  if (life.adopted !== NONE) add('markAdopted', say('adoptedBy', whoText(life.adopter, life.adopted), timeText(life.adopted)));
  add('ended', life.ended === NONE ? say('unknownEnd') : timeText(life.ended));
  if (life.reaped !== NONE) add('reaped', say('afterZombie', timeText(life.reaped), timeText(life.reaped - life.ended)));
  if (life !== parent) add('outcome', exitText(life));
  if (life.bytes > 0) add('bytes', bytesText(life.bytes));
  if (life.cpu > 0) add('cpu', timeText(life.cpu));
  if (life.maxrss > 0) add('memory', bytesText(life.maxrss));
  return facts;
}

function exitText(life) {
  const said = [];
  if (life.error) said.push(say('abandoned', reasonText(life.error)));
  else if (life.lost) said.push(say('lost', reasonText(life.lost)));
  else if (life.exitcode === null) said.push(say(life.ended === NONE ? 'unknownEnd' : 'unknownExit'));
  else said.push(life.signal ? killedText(life) : say('exit', life.exitcode));
  if (life.failed > 0) said.push(say('someFailed', countText(life.failed)));
  if (life.retried > 0) said.push(say('someRetried', countText(life.retried)));
  return said.join(' · ');
}

const killedText = life => say(life.signal === 'SIGKILL' ? 'killed' : 'terminated', life.signal, life.exitcode);

// phasesText returns the total time of each phase, the longest first.
function phasesText(life) {
  const took = new Map();
  for (const part of segmentsOf({ ...life, asked: life.started }, END)) {
    if (part.kind !== 'zombie') took.set(part.kind, (took.get(part.kind) || 0) + part.to - part.from);
  }
  const said = [...took].filter(([, us]) => us > 0).sort((a, b) => b[1] - a[1]);
  return said.map(([kind, us]) => `${say(kindOf(kind).word || kind)} ${timeText(us)}`).join(' · ');
}

// tell shows the details of a process near a point of the plot. null hides them.
function tell(life, x, y) {
  const tip = get('tip');
  tip.hidden = life === null;
  if (life === null) return;
  tip.replaceChildren(element('b', `${nameOf(life)} · ${say('pid')} ${pidText(life)}`));
  for (const [word, text] of factsOf(life)) {
    const fact = element('div');
    fact.append(element('span', word), element('span', text));
    tip.append(fact);
  }
  const plot = get('plot');
  tip.style.left = `${Math.max(4, Math.min(x + 14, plot.clientWidth - tip.offsetWidth - 4))}px`;
  const top = plot.getBoundingClientRect().top, room = window.innerHeight - top;
  const above = y + 18 + tip.offsetHeight > room && y - tip.offsetHeight - 30 > -top;
  tip.style.top = `${above ? y - tip.offsetHeight - 30 : y + 18}px`;
}

// choose selects a process, scrolls to its bar, shows its details and has a screen reader read them.
function choose(life) {
  line.selected = life;
  if (life === null) {
    tell(null);
    redraw();
    return;
  }
  bringToSight(life);
  const y = life === parent ? HEAD - 11 : HEAD + (rowOf(life) + 1) * line.row - scroller.scrollTop;
  tell(life, Math.max(line.gutter, Math.min(xOf(life.started), line.width - 40)), y);
  get('said').textContent = say('chosen', nameOf(life), pidText(life), factsOf(life).map(fact => fact.join(' ')).join(say('nextFact')));
  redraw();
}

function bringToSight(life) {
  const top = rowOf(life) * line.row, room = line.height - HEAD;
  if (life !== parent && top < scroller.scrollTop) scroller.scrollTop = top;
  if (life !== parent && top + line.row > scroller.scrollTop + room) scroller.scrollTop = top + line.row - room;
  const last = life.last;
  if (last >= shownAt.from && life.asked <= shownAt.to) return;
  const length = shownAt.to - shownAt.from, middle = (life.asked + last) / 2;
  look(middle - length / 2, middle + length / 2);
}
