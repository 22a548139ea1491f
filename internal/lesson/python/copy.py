import multiprocessing
import os
import sys


def copy_file(file_name, source_dir, dest_dir):
    with open(os.path.join(source_dir, file_name), "rb") as source:
        with open(os.path.join(dest_dir, file_name), "wb") as dest:
            while True:
                data = source.read(1024)
                if not data:
                    break
                dest.write(data)


if __name__ == '__main__':
    source_dir, dest_dir = sys.argv[1], sys.argv[2]
    if not os.path.exists(dest_dir):
        os.mkdir(dest_dir)
    for file_name in sorted(os.listdir(source_dir)):
        copy_process = multiprocessing.Process(target=copy_file, args=(file_name, source_dir, dest_dir))
        copy_process.start()
