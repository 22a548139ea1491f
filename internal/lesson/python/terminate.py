import multiprocessing
import os
import signal
import time


def idle():
    time.sleep(3600)


def idle_stubborn(ready):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready.set()
    idle()


def terminate():
    asked = multiprocessing.Process(target=idle, name="asked", daemon=True)
    killed = multiprocessing.Process(target=idle, name="killed", daemon=True)
    asked.start()
    killed.start()
    asked.terminate()
    killed.kill()
    asked.join()
    killed.join()
    print("terminate:", asked.exitcode, flush=True)
    print("kill:", killed.exitcode, flush=True)


def stubborn():
    ready = multiprocessing.Event()
    child = multiprocessing.Process(target=idle_stubborn, name="stubborn", args=(ready,), daemon=True)
    child.start()
    ready.wait()  # from now on it ignores SIGTERM
    child.terminate()
    child.join(0.5)
    if child.is_alive():
        print("收到 SIGTERM 后还在运行", flush=True)
    child.kill()
    child.join()
    print("kill:", child.exitcode, flush=True)


def stopped():
    child = multiprocessing.Process(target=idle, name="stopped", daemon=True)
    child.start()
    os.kill(child.pid, signal.SIGSTOP)
    os.waitpid(child.pid, os.WUNTRACED)  # until it is stopped
    child.terminate()
    child.join(0.5)
    if child.is_alive():
        print("收到 SIGTERM 后的状态：", state_of(child), flush=True)
    os.kill(child.pid, signal.SIGCONT)
    child.join()
    print("SIGCONT:", child.exitcode, flush=True)

    other = multiprocessing.Process(target=idle, name="stopped-too", daemon=True)
    other.start()
    os.kill(other.pid, signal.SIGSTOP)
    os.waitpid(other.pid, os.WUNTRACED)
    other.kill()
    other.join()
    print("SIGKILL:", other.exitcode, flush=True)


def state_of(child):
    with open(f"/proc/{child.pid}/stat") as f:
        return f.read().rsplit(") ", 1)[1][0]


if __name__ == '__main__':
    terminate()
    stubborn()
    stopped()
