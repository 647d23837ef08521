#define _GNU_SOURCE
#include "CNative.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int cn_open_beneath(int directory, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    int file = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
    struct stat status;
    if (file >= 0 && (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))) {
        close(file);
        errno = EINVAL;
        return -1;
    }
    return file;
}

ssize_t cn_read_cached(int file, void *bytes, size_t count, int64_t offset) {
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    return preadv2(file, &piece, 1, offset, RWF_NOWAIT);
}

int cn_file_status(const char *path, int file, struct cn_file_status *out) {
    struct stat status;
    if ((path ? lstat(path, &status) : fstat(file, &status)) != 0) return -1;
    *out = (struct cn_file_status){
        .size = status.st_size,
        .links = (int64_t)status.st_nlink,
        .modified = status.st_mtim.tv_sec,
        .changed = status.st_ctim.tv_sec,
        .inode = status.st_ino,
        .is_directory = S_ISDIR(status.st_mode),
    };
    return 0;
}
