// Makes fdatasync and fsync of write-ahead logs fail with EIO while the file named by FAILING_SYNC_FLAG is there.
//
// Loaded before the C library (LD_PRELOAD), so that the server under test is the one that is shipped.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int descriptor) {
    const char *flag = getenv("FAILING_SYNC_FLAG");
    if (flag == NULL || access(flag, F_OK) != 0) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int sync_or_fail(int descriptor, const char *name) {
    if (fails(descriptor)) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(descriptor);
}

int fdatasync(int descriptor) { return sync_or_fail(descriptor, "fdatasync"); }

int fsync(int descriptor) { return sync_or_fail(descriptor, "fsync"); }
