"""The case study of the tutorial: copies a folder with one process per file, all started at once.

copier.py SOURCE DEST
"""
import multiprocessing
import os
import shutil
import sys


def copy_file(name, source, dest):
    shutil.copyfile(os.path.join(source, name), os.path.join(dest, name))


if __name__ == "__main__":
    source, dest = sys.argv[1:]
    # fork was the default on Linux when the tutorial was written. Python 3.14 has another default.
    multiprocessing.set_start_method("fork")
    os.makedirs(dest, exist_ok=True)
    children = [
        multiprocessing.Process(target=copy_file, args=(name, source, dest)) for name in os.listdir(source)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    sys.exit(any(child.exitcode for child in children))
