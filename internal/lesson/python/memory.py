import multiprocessing

number = 1


def change_number():
    global number
    print("子进程，修改之前：", number)
    number = 1000
    print("子进程，修改之后：", number)


if __name__ == '__main__':
    print("主进程，开始时：", number, flush=True)
    change_process = multiprocessing.Process(target=change_number)
    change_process.start()
    change_process.join()
    print("主进程，最后：", number)
