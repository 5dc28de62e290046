// Makes fdatasync and fsync of write-ahead logs fail with EIO while the file named by FAILING_SYNC_FLAG is there, or hang
// where that file is not empty.
//
// Loaded before the C library (LD_PRELOAD), so that the server under test is the one that is shipped.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_log(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int sync_or_fail(int descriptor, const char *name) {
    const char *flag = getenv("FAILING_SYNC_FLAG");
    struct stat about;
    while (flag != NULL && stat(flag, &about) == 0 && is_log(descriptor)) {
        if (about.st_size == 0) {
            errno = EIO;
            return -1;
        }
        usleep(10000);
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(descriptor);
}

int fdatasync(int descriptor) { return sync_or_fail(descriptor, "fdatasync"); }

int fsync(int descriptor) { return sync_or_fail(descriptor, "fsync"); }
