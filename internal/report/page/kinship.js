// Kinship: what other processes did to a process. They started it, sent it signals or adopted it.

// drawKinship draws lines from each process to its starter and to its adopter.
function drawKinship(context, top) {
  const middle = life => HEAD + rowOf(life) * line.row - top + line.row / 2;
  for (const life of lives) {
    const starter = starterOf(life);
    if (!starter || life.asked > line.until) continue;
    const x = Math.round(xOf(life.asked)) + 0.5;
    context.strokeStyle = colours.rule;
    if (starter !== parent || isFamily) stroke(context, x, starter === parent ? HEAD : middle(starter), x, middle(life));
    if (life.adopted === NONE || life.adopted > line.until) continue;
    const adopter = whoIs(life.adopter, life.adopted);
    if (!adopter) continue;
    context.strokeStyle = colours.accent;
    context.setLineDash([3, 3]);
    stroke(context, xOf(life.adopted), adopter === parent ? HEAD : middle(adopter), xOf(life.adopted), middle(life));
    context.setLineDash([]);
  }
}

function stroke(context, x, y, toX, toY) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

// drawSignals draws a notch in a bar for each signal that the process received.
function drawSignals(context, life, y) {
  context.fillStyle = colours.ink;
  for (const s of life.signals) {
    if (s.at > line.until) continue;
    const x = xOf(s.at);
    context.beginPath();
    context.moveTo(x - 4, y - 2);
    context.lineTo(x + 4, y - 2);
    context.lineTo(x, y + 5);
    context.fill();
  }
}

function drawAdoption(context, life, y, height, named) {
  const x = xOf(life.adopted);
  context.fillStyle = colours.ink;
  context.beginPath();
  context.moveTo(x, y - 1);
  context.lineTo(x + 6, y + height / 2);
  context.lineTo(x, y + height + 1);
  context.lineTo(x - 6, y + height / 2);
  context.fill();
  const text = height < 10 ? '' : adoptionText(context, life, x, named);
  if (!text) return;
  context.fillStyle = colours.ground;
  context.fillRect(text.from - 3, y + 1, text.width + 6, height - 2);
  context.fillStyle = colours.ink;
  context.fillText(text.text, text.from, y + height / 2 + 0.5);
}

// adoptionText returns the name of the adopter, and the place on the bar behind its name that has room for it.
function adoptionText(context, life, x, nameEnd) {
  const named = (nameEnd || Math.max(line.gutter, xOf(life.started))) + 8;
  const end = xOf(Math.min(life.last, line.until));
  for (const who of [whoText(life.adopter, life.adopted), life.adopter]) {
    const text = say('hAdopted', who), width = context.measureText(text).width;
    for (const from of [Math.max(x + 9, named), x - 11 - width]) {
      if (from >= named && from + width + 3 < end) return { text, width, from };
    }
  }
  const text = say('hAdopted', life.adopter), width = context.measureText(text).width, from = x - 11 - width;
  return from > Math.max(line.gutter, xOf(life.started)) ? { text, width, from } : null; // the adopter matters more than the name
}
