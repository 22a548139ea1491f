// Words: all texts of the page, in both languages.
const WORDS = {
  en: {
    language: '中文', dark: 'Dark', light: 'Light',
    copy: 'copy', verify: 'comparison', dryRun: 'dry run', lesson: 'lesson', trace: 'trace', run: 'run', succeeded: 'succeeded', to: '{0} → {1}', sources: '{0} sources',
    pid: 'PID', begun: 'begun', took: 'time', filesDone: 'files', bytes: 'bytes', rate: 'rate', failed: 'failed', skipped: 'skipped',
    retried: 'retried', children: 'children', peak: 'at once', processes: 'processes',
    tasks: 'tasks', nodes: 'nodes', task: 'task', node: 'node', taskKind: 'a task, parent on its node',
    noEnd: 'The record has no end: the run was killed, or was still under way. Bars that are open at the right had not ended by then.',
    stopped: 'The run was ended early by {0}.', halted: 'The run ended early: {0}.',
    timeline: 'Time line', speed: 'speed', auto: 'auto', play: '▶ Replay', pause: '❚❚ Pause',
    rowsAre: 'a row for each', bySlot: 'slot', bySlotOfNode: 'slot of a node', byProcess: 'process', all: 'All', zoomIn: 'zoom in', zoomOut: 'zoom out',
    position: 'moment of the replay',
    hint: 'Drag, or turn the wheel with Shift, to move; wheel with Ctrl, two fingers, a double click, + and − to zoom; Home shows all. Arrow keys go from process to process, with Shift they move; Space replays.',
    lineLabel: 'time line of {0} processes; arrow keys go from one to the next',
    rateLabel: 'bytes a second over time, at most {0}', perSecond: '{0}/s', gone: 'bytes moved, what was read back included',
    counters: '{0} · {1} files · {2} · {3} running', countersLesson: '{0} · {1} running',
    parent: 'parent', row: 'slot {0}',
    fork: 'starting (fork, exec)', running: 'running', syncing: 'syncing', verifying: 'verifying', waiting: 'waiting for its turn', silent: 'silent', stoppedState: 'stopped', stalled: 'no progress',
    zombie: 'ended, a zombie', markFailed: 'failed', markNonzero: 'exit code other than 0', markKilled: 'killed by a signal', markAbandoned: 'abandoned', markLost: 'lost with its task or node', markRetried: 'to be tried again', markAdopted: 'adopted', markSignal: 'was sent a signal', markOpen: 'no end in the record',
    parentOf: 'parent', file: 'file', moreFiles: '{0} files', command: 'command', asked: 'asked for', started: 'started', forkTook: '{0} (fork and exec took {1})',
    ended: 'ended', reaped: 'reaped', afterZombie: '{0} (a zombie for {1})', phases: 'phases', outcome: 'exit', exit: 'exit code {0}', killed: 'killed by {0} ({1})', terminated: 'killed by {0} ({1})',
    abandoned: 'abandoned: {0}', lost: 'lost: {0}', unknownEnd: 'no end in the record', unknownExit: 'not known', cpu: 'CPU', memory: 'memory', adoptedBy: '{1}, by {0}', someFailed: '{0} failed', someRetried: '{0} to be tried again', signals: 'signals', signalFrom: '{0} from {1} at {2}',
    chosen: '{0}, PID {1}: {2}', nextFact: '; ',
    files: 'Files', result: 'outcome', filter: 'name or reason', anyOutcome: 'every outcome', shown: '{0} of {1}', name: 'name', child: 'child', from: 'from', duration: 'took', why: 'why',
    copied: 'copied', verified: 'verified', linked: 'linked', made: 'made', differs: 'differs',
    outputs: 'Output of failed commands', nameWhy: '{0}: {1}', stdout: 'standard output', stderr: 'standard error',
    family: 'Family', startedBy: 'started by {0} at {1}', signalled: '{0} from {1}', becameZombie: 'ended, a zombie', hAdopted: 'adopted by {0}', reapedBy: 'reaped by {0}', nobody: 'not reaped by the family', somebody: 'PID {0}',
    hStarted: 'started by {0}', kernel: 'the kernel', fromKernel: '{0} from the kernel', executes: 'executes {0}', stoppedBy: 'stopped by {0}', continued: 'continued', session: 'a session of its own', grouped: 'in the group of {0}', leads: 'a group of its own', subreaper: 'adopts orphans', zombieFor: 'a zombie for {0}', unreaped: 'still a zombie', stillRuns: 'still runs',
    childrenOf: '{0} children', more: '{0} more',
  },
  zh: {
    language: 'English', dark: '深色', light: '浅色',
    copy: '拷贝', verify: '比较', dryRun: '预演', lesson: '课程', trace: '跟踪', run: '运行', succeeded: '成功', to: '{0} → {1}', sources: '{0} 个源',
    pid: 'PID', begun: '开始于', took: '用时', filesDone: '文件', bytes: '字节', rate: '速率', failed: '失败', skipped: '跳过',
    retried: '重试', children: '子进程', peak: '同时最多', processes: '进程',
    tasks: '任务', nodes: '节点', task: '任务', node: '节点', taskKind: '任务，其节点上的父进程',
    noEnd: '记录没有结尾：运行被杀死，或当时仍在进行。右端开口的进程当时尚未结束。',
    stopped: '运行被 {0} 提前结束。', halted: '运行提前结束：{0}。',
    timeline: '时间线', speed: '速度', auto: '自动', play: '▶ 回放', pause: '❚❚ 暂停',
    rowsAre: '每行一个', bySlot: '槽位', bySlotOfNode: '节点的槽位', byProcess: '进程', all: '全部', zoomIn: '放大', zoomOut: '缩小',
    position: '回放的时刻',
    hint: '拖动或按住 Shift 滚动滚轮可平移；按住 Ctrl 滚动滚轮、双指、双击、+ 和 − 可缩放；Home 显示全部。方向键逐个选择进程，加 Shift 平移；空格键回放。',
    lineLabel: '{0} 个进程的时间线；方向键逐个选择',
    rateLabel: '每秒字节数随时间的变化，最高 {0}', perSecond: '{0}/s', gone: '已处理的字节，含回读',
    counters: '{0} · {1} 个文件 · {2} · {3} 个进程在运行', countersLesson: '{0} · {1} 个进程在运行',
    parent: '父进程', row: '槽位 {0}',
    fork: '启动中（fork、exec）', running: '运行', syncing: '同步到磁盘', verifying: '校验', waiting: '排队等待', silent: '没有进展', stoppedState: '暂停', stalled: '卡住',
    zombie: '已结束，僵尸', markFailed: '失败', markNonzero: '退出码不为 0', markKilled: '被信号终止', markAbandoned: '被放弃', markLost: '随任务或节点丢失', markRetried: '将重试', markAdopted: '被收养', markSignal: '收到信号', markOpen: '记录中没有结束',
    parentOf: '父进程', file: '文件', moreFiles: '{0} 个文件', command: '命令', asked: '请求启动于', started: '启动于', forkTook: '{0}（fork 和 exec 用了 {1}）',
    ended: '结束于', reaped: '回收于', afterZombie: '{0}（作为僵尸 {1}）', phases: '阶段', outcome: '退出', exit: '退出码 {0}', killed: '被 {0} 杀死（{1}）', terminated: '被 {0} 终止（{1}）',
    abandoned: '被放弃：{0}', lost: '丢失：{0}', unknownEnd: '记录中没有结束', unknownExit: '未知', cpu: 'CPU', memory: '内存', adoptedBy: '{1} 时由 {0} 收养', someFailed: '{0} 个失败', someRetried: '{0} 个将重试', signals: '信号', signalFrom: '{2} 时收到 {1} 的 {0}',
    chosen: '{0}，PID {1}：{2}', nextFact: '；',
    files: '文件', result: '结果', filter: '名称或原因', anyOutcome: '所有结果', shown: '{0} / {1}', name: '名称', child: '子进程', from: '开始', duration: '用时', why: '原因',
    copied: '已拷贝', verified: '已校验', linked: '已链接', made: '已创建', differs: '不同',
    outputs: '失败命令的输出', nameWhy: '{0}：{1}', stdout: '标准输出', stderr: '标准错误',
    family: '进程家族', startedBy: '{1} 时由 {0} 启动', signalled: '收到 {1} 的 {0}', becameZombie: '结束，成为僵尸', hAdopted: '被 {0} 收养', reapedBy: '由 {0} 回收', nobody: '未被家族成员回收', somebody: 'PID {0}',
    hStarted: '由 {0} 启动', kernel: '内核', fromKernel: '收到内核的 {0}', executes: '执行 {0}', stoppedBy: '被 {0} 停止', continued: '继续运行', session: '创建新会话', grouped: '加入 {0} 的进程组', leads: '创建新进程组', subreaper: '收养孤儿进程', zombieFor: '成为僵尸 {0}', unreaped: '仍是僵尸', stillRuns: '仍在运行',
    childrenOf: '{0} 个子进程', more: '还有 {0} 个',
  },
};

let language = document.documentElement.lang;

// say returns a sentence in the reader's language, with the values filled in.
function say(word, ...about) {
  const words = WORDS[language];
  if (!Object.hasOwn(words, word)) return word;
  return words[word].replace(/\{(\d)\}/g, (_, n) => about[n]);
}

// reasonText translates a reason or an error of the record. Reasons that nobody has translated stay as they are.
function reasonText(reason) {
  return language === 'zh' && Object.hasOwn(record.chinese, reason) ? record.chinese[reason] : reason;
}
