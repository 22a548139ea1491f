import multiprocessing
import os


def say_who():
    name = multiprocessing.current_process().name
    print(name, "编号：", os.getpid(), "父进程：", os.getppid(), flush=True)


def leaf():
    say_who()


def branch():
    say_who()
    first = multiprocessing.Process(target=leaf)
    second = multiprocessing.Process(target=leaf)
    first.start()
    second.start()


if __name__ == '__main__':
    multiprocessing.set_start_method("fork")
    say_who()
    first = multiprocessing.Process(target=branch)
    second = multiprocessing.Process(target=branch)
    first.start()
    second.start()
