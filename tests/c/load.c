/* Loading: again and again, without threads of the library's own, and the process ends while engines are open. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

static int threads_of_this_process(void) {
    int count = 0;
    const struct dirent *entry;
    DIR *folder = opendir("/proc/self/task");
    TRUE(folder != NULL);
    while ((entry = readdir(folder)) != NULL) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void copy(const char *from, const char *to) {
    static char bytes[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t count;
    TRUE(in != NULL && out != NULL);
    while ((count = fread(bytes, 1, sizeof bytes, in)) > 0) TRUE(fwrite(bytes, 1, count, out) == count);
    IS(fclose(in), 0);
    IS(fclose(out), 0);
}

/* The library that this program is linked with, by its file. */
static const char *library(void) {
    static Dl_info about;
    union { uint32_t (*function)(void); void *pointer; } address;
    address.function = obligor_abi_version;
    TRUE(dladdr(address.pointer, &about) != 0);
    return about.dli_fname;
}

/* A copy of it, which nothing but dlopen holds, is loaded and "unloaded" with an engine open in it. */
static void load_and_unload(const char *folder) {
    union { void *pointer; int32_t (*open)(const char *, int64_t, uint32_t *); int32_t (*close)(uint32_t); } open, close;
    char path[4096], config[4096];
    uint32_t engine = 0;
    int round;
    snprintf(path, sizeof path, "%s/copy.so", folder);
    copy(library(), path);
    snprintf(config, sizeof config, "{\"store\":\"%s/other.db\",\"create\":true}", folder);
    for (round = 0; round < 1000; round++) {
        void *loaded = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        TRUE(loaded != NULL);
        open.pointer = dlsym(loaded, "obligor_open");
        close.pointer = dlsym(loaded, "obligor_close");
        TRUE(open.pointer != NULL && close.pointer != NULL);
        if (round == 500) IS(open.open(config, -1, &engine), OBLIGOR_OK);
        IS(dlclose(loaded), 0);
    }
    /* A finalizer of the host may come later than its unloading: the code is still there, and so is the engine. */
    IS(close.close(engine), OBLIGOR_OK);
    IS(close.close(engine), OBLIGOR_E_ENGINE);
    /* The two copies know nothing of each other. */
    IS(obligor_close(engine), OBLIGOR_E_ENGINE);
}

/* A process of its own that ends while an engine is open and a reservation was made. */
static void end_with_an_open_engine(const char *folder, int in_the_middle) {
    int status = -1;
    pid_t child = fork();
    TRUE(child >= 0);
    if (child == 0) {
        uint32_t engine = host_open(folder);
        obligor_order order = host_order("1003", in_the_middle ? "E-1" : "E-2", in_the_middle ? "e-1" : "e-2", 100);
        obligor_decision decision = host_decision();
        IS(obligor_order_reserve(engine, &order, &decision, NULL, 0), OBLIGOR_OK);
        if (in_the_middle) _exit(0);
        exit(0);
    }
    TRUE(waitpid(child, &status, 0) == child);
    TRUE(WIFEXITED(status));
    IS(WEXITSTATUS(status), 0);
}

int main(int count, char **arguments) {
    const int before = threads_of_this_process();
    uint32_t engine, account = 0;
    obligor_account position;
    IS(count, 3);
    load_and_unload(arguments[1]);
    IS(threads_of_this_process(), before);

    engine = host_open(arguments[1]);
    host_customers(engine);
    IS(threads_of_this_process(), before);
    IS(obligor_close(engine), OBLIGOR_OK);

    end_with_an_open_engine(arguments[1], 1);
    end_with_an_open_engine(arguments[1], 0);
    engine = host_open(arguments[1]);
    IS(obligor_account_resolve(engine, "NW01", -1, "1003", -1, &account), OBLIGOR_OK);
    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    IS(obligor_account_read(engine, account, &position), OBLIGOR_OK);
    IS(position.ordered, 200);
    IS(threads_of_this_process(), before);
    /* And so does this one. */
    return 0;
}
