import multiprocessing
import os
import time


def primes_below(bound):
    count = 0
    for n in range(2, bound):
        divisor = 2
        while divisor * divisor <= n and n % divisor != 0:
            divisor += 1
        if divisor * divisor > n:
            count += 1
    return count


def count_primes(rounds):
    for i in range(rounds):
        assert primes_below(20000) == 2262


if __name__ == '__main__':
    n = min(max(2, os.cpu_count()), 8)
    part = 32 // n

    start = time.time()
    for i in range(n):
        count_primes(part)
    alone = time.time() - start

    start = time.time()
    children = [multiprocessing.Process(target=count_primes, args=(part,)) for i in range(n)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    together = time.time() - start

    print("份数：", n)
    print("一个进程做所有的份：", alone, "s")
    print("每份一个进程：", together, "s")
    print("加速比：", alone / together)
