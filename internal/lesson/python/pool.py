import multiprocessing
import os
import signal


def square(item):
    print("编号：", os.getpid(), "第几项：", item, flush=True)
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


if __name__ == '__main__':
    multiprocessing.set_start_method("fork")
    with multiprocessing.Pool(2) as pool:
        results = pool.map_async(square, range(1, 7))
        try:
            print("结果：", results.get(timeout=1))
        except multiprocessing.TimeoutError:
            print("等了 1 秒，没有结果")
