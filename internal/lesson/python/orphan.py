import multiprocessing
import os
import time


def child(pids):
    parent = os.getppid()
    print("子进程编号：", os.getpid(), flush=True)
    print("子进程的父进程：", parent, flush=True)
    pids.send(os.getpid())
    while os.getppid() == parent:
        time.sleep(0.001)
    print("子进程现在的父进程：", os.getppid(), flush=True)
    pids.send(os.getppid())


def parent(pids):
    child_process = multiprocessing.Process(target=child, args=(pids,))
    child_process.start()


if __name__ == '__main__':
    multiprocessing.set_start_method("fork")
    print("主进程编号：", os.getpid(), flush=True)
    reader, writer = multiprocessing.Pipe()
    parent_process = multiprocessing.Process(target=parent, args=(writer,))
    parent_process.start()
    reader.recv()
    parent_process.kill()
    parent_process.join()
    print("父进程被杀死，退出码：", parent_process.exitcode, flush=True)
    reader.recv()
    print("主进程结束")
