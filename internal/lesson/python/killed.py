import multiprocessing
import os
import signal
import time


def work(pids):
    print("守护进程开始工作，编号：", os.getpid(), flush=True)
    pids.send(os.getpid())
    while True:
        print("工作中。。。。", flush=True)
        time.sleep(0.2)


def parent(pids):
    daemon = multiprocessing.Process(target=work, args=(pids,), daemon=True)
    daemon.start()
    daemon.join()


if __name__ == '__main__':
    multiprocessing.set_start_method("fork")
    reader, writer = multiprocessing.Pipe()
    parent_process = multiprocessing.Process(target=parent, args=(writer,))
    parent_process.start()
    pid = reader.recv()
    parent_process.kill()
    parent_process.join()
    print("父进程被杀死，退出码：", parent_process.exitcode, flush=True)
    with open(f"/proc/{pid}/stat") as stat:
        print("守护进程还活着，现在的父进程：", stat.read().rsplit(")", 1)[1].split()[1], flush=True)
    time.sleep(0.5)
    os.kill(pid, signal.SIGKILL)
    print("主进程杀死了守护进程")
