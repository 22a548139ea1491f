import multiprocessing
import os
import time


def short_life():
    time.sleep(0.5)


def state_of(child):
    try:
        with open(f"/proc/{child.pid}/stat") as f:
            return f.read().rsplit(") ", 1)[1][0]
    except FileNotFoundError:
        return "-"


if __name__ == '__main__':
    child = multiprocessing.Process(target=short_life)
    child.start()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # waits for its end, without reaping it
    print("结束之后的状态：", state_of(child))
    child.kill()
    print("SIGKILL 之后的状态：", state_of(child))
    child.join()
    print("join 之后的状态：", state_of(child))
    print("退出码：", child.exitcode)
