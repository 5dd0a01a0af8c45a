// The head of the AppImage: shows the squashfs behind it as a folder, through FUSE or unpacked, and runs AppRun there.
//
// An AppImage of type 2 is an ELF program with "AI\2" at byte 8, followed by a squashfs (AppImageSpec, "Type 2 image
// format"). The arguments that begin with --appimage- and the variables APPIMAGE, APPDIR, ARGV0 and OWD are those that
// other AppImages have. Linked statically against squashfuse (BSD), libfuse 3 (LGPL), zstd, zlib and liblzma.
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <squashfuse/ll.h>

// squashfuse names the decoders of two formats that are not used here; one of their libraries is under the GPL.
int LZ4_decompress_safe(const char *a, char *b, int c, int d) { return -1; }
int lzo1x_decompress_safe(const void *a, unsigned long b, void *c, unsigned long *d, void *e) { return -1; }
int __lzo_init_v2(unsigned a, int b, int c, int d, int e, int f, int g, int h, int i, int j) { return -1; }

static char image[PATH_MAX], place[PATH_MAX];

static int fail(const char *form, ...) {
    va_list values;
    va_start(values, form);
    fputs("Coterie: ", stderr);
    vfprintf(stderr, form, values);
    fputc('\n', stderr);
    va_end(values);
    return 1;
}

// Where the squashfs begins: behind the table of sections, which ends the program.
static long image_offset(void) {
    Elf64_Ehdr head;
    int file = open(image, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, &head, sizeof head);
    if (file >= 0) close(file);
    return got == (ssize_t)sizeof head ? (long)(head.e_shoff + (Elf64_Off)head.e_shentsize * head.e_shnum) : -1;
}

// ---- unpacking

static int write_file(sqfs *fs, sqfs_inode *inode, const char *path) {
    static char buffer[1 << 20];
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, inode->base.mode & 0777);
    if (file < 0) return -1;
    sqfs_off_t at = 0, end = (sqfs_off_t)inode->xtra.reg.file_size;
    while (at < end) {
        sqfs_off_t size = sizeof buffer;
        if (sqfs_read_range(fs, inode, at, &size, buffer) != SQFS_OK || size <= 0) {
            errno = EIO;
            break;
        }
        ssize_t written = write(file, buffer, (size_t)size);
        if (written != size) {
            if (written >= 0) errno = ENOSPC;
            break;
        }
        at += size;
    }
    int error = errno, cut = at < end;
    if (close(file)) return -1;
    errno = error;
    return cut ? -1 : 0;
}

static int write_entry(sqfs *fs, sqfs_traverse *walk, const char *path) {
    sqfs_inode inode;
    if (sqfs_inode_get(fs, &inode, sqfs_dentry_inode(&walk->entry)) != SQFS_OK) {
        errno = EIO;
        return -1;
    }
    if (S_ISDIR(inode.base.mode)) return mkdir(path, 0755) && errno != EEXIST ? -1 : 0;
    if (S_ISLNK(inode.base.mode)) {
        char target[PATH_MAX];
        size_t size = sizeof target;
        return sqfs_readlink(fs, &inode, target, &size) == SQFS_OK ? symlink(target, path) : -1;
    }
    return write_file(fs, &inode, path);
}

static int unpack(long offset, const char *folder) {
    sqfs fs;
    sqfs_traverse walk;
    sqfs_err error = SQFS_OK;
    char path[PATH_MAX];
    if (sqfs_open_image(&fs, image, (size_t)offset) != SQFS_OK) {
        errno = EIO;
        return -1;
    }
    if (mkdir(folder, 0755) && errno != EEXIST) return -1;
    if (sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs)) != SQFS_OK) return -1;
    int failed = 0;
    while (!failed && sqfs_traverse_next(&walk, &error))
        if (!walk.dir_end) {
            if (snprintf(path, sizeof path, "%s/%s", folder, walk.path) >= (int)sizeof path) {
                errno = ENAMETOOLONG;
                failed = -1;
            } else
                failed = write_entry(&fs, &walk, path);
        }
    if (error != SQFS_OK) {
        errno = EIO;
        failed = -1;
    }
    int reason = errno;
    sqfs_traverse_close(&walk);
    sqfs_destroy(&fs);
    errno = reason;
    return failed;
}

static int removed(const char *path, const struct stat *info, int kind, struct FTW *level) { return remove(path); }

static void remove_all(const char *folder) { nftw(folder, removed, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT); }

// The folder stays locked for as long as the program runs: the descriptor goes along, and no child of Python's gets it.
static int hold(void) {
    int folder = open(place, O_RDONLY | O_DIRECTORY);
    return folder < 0 ? -1 : flock(folder, LOCK_SH);
}

// What other versions left beside it and nobody runs from.
static void remove_others(const char *base, const char *prefix) {
    char path[PATH_MAX];
    DIR *list = opendir(base);
    struct dirent *entry;
    while (list && (entry = readdir(list))) {
        snprintf(path, sizeof path, "%.2000s/%.255s", base, entry->d_name);
        if (entry->d_name[0] == '.' && !strncmp(entry->d_name + 1, prefix, strlen(prefix))) {
            pid_t maker = (pid_t)atol(entry->d_name + 1 + strlen(prefix));
            if (maker > 0 && kill(maker, 0) && errno == ESRCH) remove_all(path);
            continue;
        }
        if (strncmp(entry->d_name, prefix, strlen(prefix)) || !strcmp(path, place)) continue;
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder >= 0 && !flock(folder, LOCK_EX | LOCK_NB)) remove_all(path);
        if (folder >= 0) close(folder);
    }
    if (list) closedir(list);
}

// One folder for each image, made whole in one move and kept for the next start.
static int unpack_once(long offset) {
    static const char prefix[] = "coterie-appimage-";
    struct stat file;
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char base[PATH_MAX - 64], scratch[PATH_MAX];
    if (stat(image, &file)) return -1;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (attempt || ((!cache || *cache != '/') && (!home || *home != '/')))
            snprintf(base, sizeof base, "/tmp/coterie-%u", (unsigned)getuid());
        else if (cache && *cache == '/')
            snprintf(base, sizeof base, "%s", cache);
        else
            snprintf(base, sizeof base, "%s/.cache", home);
        struct stat info;
        mkdir(base, 0700);
        // Another person's folder in /tmp is not ours to run programs from.
        if (lstat(base, &info) || !S_ISDIR(info.st_mode) || info.st_uid != getuid() || access(base, W_OK)) continue;
        snprintf(place, sizeof place, "%.2000s/%s%lx-%lx-%lx", base, prefix, (long)file.st_size, (long)file.st_mtime,
                 (long)file.st_ino);
        if (!access(place, X_OK)) return hold();
        remove_others(base, prefix);
        snprintf(scratch, sizeof scratch, "%.2000s/.%s%d", base, prefix, getpid());
        if (!unpack(offset, scratch) && (!rename(scratch, place) || errno == ENOTEMPTY || errno == EEXIST)) {
            if (!access(scratch, F_OK)) remove_all(scratch);
            return hold();
        }
        int reason = errno;
        remove_all(scratch);
        errno = reason;
    }
    return -1;
}

// ---- FUSE

static int held[2];

static void detach(void) {
    if (!umount2(place, MNT_DETACH)) return;
    pid_t helper = fork();
    if (!helper) {
        execlp("fusermount3", "fusermount3", "-u", "-q", "-z", place, NULL);
        execlp("fusermount", "fusermount", "-u", "-q", "-z", place, NULL);
        _exit(127);
    }
    waitpid(helper, NULL, 0);
}

// The program holds the other end for as long as it runs. What still has files open is served until it closes them.
static void *wait_for_the_end(void *unused) {
    char byte;
    while (read(held[0], &byte, 1) < 0 && errno == EINTR)
        ;
    detach();
    rmdir(place);
    return NULL;
}

static void serve(long offset, int told) {
    struct fuse_lowlevel_ops does = {
        .getattr = sqfs_ll_op_getattr,     .opendir = sqfs_ll_op_opendir, .releasedir = sqfs_ll_op_releasedir,
        .readdir = sqfs_ll_op_readdir,     .lookup = sqfs_ll_op_lookup,   .open = sqfs_ll_op_open,
        .create = sqfs_ll_op_create,       .release = sqfs_ll_op_release, .read = sqfs_ll_op_read,
        .readlink = sqfs_ll_op_readlink,   .forget = sqfs_ll_op_forget,   .statfs = stfs_ll_op_statfs,
    };
    char *words[] = {"coterie", "-o", "ro,nodev,nosuid,fsname=Coterie,subtype=coterie"};
    struct fuse_args options = FUSE_ARGS_INIT(3, words);
    sqfs_ll_chan channel;
    pthread_t thread;
    close(held[1]);
    // What libfuse says of a failed try is of no use to a person: the image is unpacked then.
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0), dup2(null, 1), dup2(null, 2);
    setsid();
    signal(SIGHUP, SIG_IGN), signal(SIGINT, SIG_IGN), signal(SIGPIPE, SIG_IGN), signal(SIGTERM, SIG_IGN);
    sqfs_ll *files = sqfs_ll_open(image, (size_t)offset);
    if (!files || sqfs_ll_mount(&channel, place, &options, &does, sizeof does, files) != SQFS_OK) _exit(1);
    if (pthread_create(&thread, NULL, wait_for_the_end, NULL) || write(told, "1", 1) != 1) {
        detach();
        _exit(1);
    }
    close(told);
    if (chdir("/")) {}
    fuse_session_loop(channel.session);
    pthread_join(thread, NULL);
    _exit(0);
}

// Whether `place` is the mounted image now. The pipe's end stays open across exec, and no child of Python's gets it.
static int mount_image(long offset) {
    int told[2];
    char byte;
    const char *base = getenv("TMPDIR");
    if (access("/dev/fuse", R_OK | W_OK)) return -1;
    snprintf(place, sizeof place, "%s/.mount_coterieXXXXXX", base && *base == '/' && strlen(base) < 1000 ? base : "/tmp");
    if (!mkdtemp(place)) return -1;
    if (pipe(held) || pipe2(told, O_CLOEXEC)) return -1;
    pid_t child = fork();
    if (!child) {
        close(told[0]);
        // Twice, so that nobody has to wait for it.
        if (fork()) _exit(0);
        serve(offset, told[1]);
    }
    waitpid(child, NULL, 0);
    close(held[0]), close(told[1]);
    if (child > 0 && read(told[0], &byte, 1) == 1) {
        close(told[0]);
        return 0;
    }
    close(told[0]), close(held[1]);
    rmdir(place);
    return -1;
}

// ----

static int run(char **arguments) {
    char program[PATH_MAX + 8], folder[PATH_MAX];
    setenv("APPIMAGE", image, 1);
    setenv("APPDIR", place, 1);
    setenv("ARGV0", arguments[0], 1);
    if (getcwd(folder, sizeof folder)) setenv("OWD", folder, 1);
    snprintf(program, sizeof program, "%s/AppRun", place);
    execv(program, arguments);
    return fail("%s could not be started (%s).", program, strerror(errno));
}

int main(int count, char **arguments) {
    const char *option = count > 1 ? arguments[1] : "";
    ssize_t length = readlink("/proc/self/exe", image, sizeof image - 1);
    long offset = length > 0 ? image_offset() : -1;
    if (offset <= 0) return fail("The file of this AppImage cannot be read. /proc must be mounted.");
    if (!strcmp(option, "--appimage-offset")) return printf("%ld\n", offset) < 0;
    if (!strcmp(option, "--appimage-extract")) {
        if (!unpack(offset, "squashfs-root")) return puts("squashfs-root") < 0;
        return fail("It could not be unpacked into squashfs-root (%s).", strerror(errno));
    }
    int unpacked = !strcmp(option, "--appimage-extract-and-run");
    if (unpacked) {
        arguments[1] = arguments[0];
        arguments++;
    }
    const char *wanted = getenv("APPIMAGE_EXTRACT_AND_RUN");
    unpacked |= wanted && *wanted && strcmp(wanted, "0");
    if (!unpacked && !mount_image(offset)) return run(arguments);
    if (!unpack_once(offset)) return run(arguments);
    if (errno == ENOSPC || errno == EDQUOT)
        return fail("There is no FUSE here, and not enough room to unpack in %s. Install fuse3, or free up 700 MB.",
                    dirname(place));
    return fail("There is no FUSE here, and it could not be unpacked (%s). Install fuse3.", strerror(errno));
}
