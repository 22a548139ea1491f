// Outputs: the last lines of failed commands.
function drawOutputs() {
  const all = record.outputs || [];
  get('outputsSection').hidden = all.length === 0;
  get('outputs').replaceChildren(...all.map(({ file, stdout, stderr }) => {
    const of = element('details');
    of.open = true;
    of.append(element('summary', say('nameWhy', files.name(file), reasonText(files.why(file)))));
    for (const [word, text] of [['stdout', texts[stdout]], ['stderr', texts[stderr]]]) {
      if (text) of.append(element('p', say(word), 'hint'), element('pre', text));
    }
    return of;
  }));
}
