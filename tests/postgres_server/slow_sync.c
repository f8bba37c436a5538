/* A disk with a chosen latency: loaded before the C library, flushing does nothing but take so many microseconds.
 * What the server has written is in the operating system's memory and survives the end of its process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int take_time(void) {
    const char *text = getenv("OBLIGOR_SYNC_MICROSECONDS");
    long long left = text ? atoll(text) : 0;
    struct timespec wait = {left / 1000000, left % 1000000 * 1000};
    while (nanosleep(&wait, &wait) == -1 && errno == EINTR) {
    }
    return 0;
}

int fsync(int file) {
    (void)file;
    return take_time();
}

int fdatasync(int file) {
    (void)file;
    return take_time();
}

int sync_file_range(int file, off64_t from, off64_t bytes, unsigned int flags) {
    (void)file, (void)from, (void)bytes, (void)flags;
    return take_time();
}
