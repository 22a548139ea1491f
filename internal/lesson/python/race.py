import multiprocessing
import os
import tempfile
import time

ADDITIONS = 20


def read_number(file):
    with open(file) as f:
        return int(f.read())


def write_number(file, number):
    own = f"{file}.{os.getpid()}"
    with open(own, "w") as f:
        f.write(str(number))
    os.replace(own, file)  # no process reads half a number


def add(file, lock, both):
    for i in range(ADDITIONS):
        number = read_number(file)
        if i == 0:
            both.wait()  # both read before one of them writes
        time.sleep(0.01)
        write_number(file, number + 1)


def add_locked(file, lock, both):
    for i in range(ADDITIONS):
        with lock:
            number = read_number(file)
            time.sleep(0.01)
            write_number(file, number + 1)


def race(target, file):
    write_number(file, 0)
    args = (file, multiprocessing.Lock(), multiprocessing.Barrier(2))
    one = multiprocessing.Process(target=target, args=args)
    two = multiprocessing.Process(target=target, args=args)
    one.start()
    two.start()
    one.join()
    two.join()
    print("应该是：", 2 * ADDITIONS, flush=True)
    print("实际是：", read_number(file), flush=True)


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        race(add, os.path.join(folder, "number"))
        race(add_locked, os.path.join(folder, "number"))
