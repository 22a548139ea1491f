import multiprocessing
import os
import signal
import sys


def end_by(how):
    if how == "exit 3":
        sys.exit(3)
    elif how == "exit 256":
        sys.exit(256)
    elif how == "panic":
        raise Exception("something went wrong")
    elif how == "SIGTERM":
        os.kill(os.getpid(), signal.SIGTERM)
    elif how == "SIGKILL":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "SIGSEGV":
        os.kill(os.getpid(), signal.SIGSEGV)


if __name__ == '__main__':
    for how in ["return", "exit 3", "exit 256", "panic", "SIGTERM", "SIGKILL", "SIGSEGV"]:
        child = multiprocessing.Process(target=end_by, name=how, args=(how,))
        child.start()
        child.join()
        print(how + ":", child.exitcode, flush=True)
