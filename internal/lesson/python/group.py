import multiprocessing
import os
import signal
import time


def child():
    name = multiprocessing.current_process().name
    print(name, "编号：", os.getpid(), "组：", os.getpgrp(), flush=True)
    ready.release()
    while True:
        time.sleep(0.2)


if __name__ == '__main__':
    multiprocessing.set_start_method("fork")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.getpgrp() != os.getpid():
        os.setpgrp()  # a group of its own, as a shell gives to each command
    print("MainProcess", "编号：", os.getpid(), "组：", os.getpgrp(), flush=True)
    ready = multiprocessing.Semaphore(0)
    for i in range(2):
        multiprocessing.Process(target=child).start()
        ready.acquire()
    os.killpg(os.getpgrp(), signal.SIGINT)  # Ctrl-C: all three end, each with a traceback
    while True:
        time.sleep(0.2)
