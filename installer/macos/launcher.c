// Contents/MacOS/Coterie: starts the Python of the bundle. Nothing of the person's own Python is looked at, nothing is
// written into the bundle, whose seal that would break, and no library of another program takes the place of one here.
#include <limits.h>
#include <mach-o/dyld.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const foreign[] = {"DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "DYLD_FRAMEWORK_PATH",
                                      "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "GGML_BACKEND_PATH",
                                      "LLAMA_CPP_LIB_PATH"};
static char *const options[] = {"-I", "-B", "-m", "app"};
enum { FOREIGN = sizeof foreign / sizeof *foreign, OPTIONS = sizeof options / sizeof *options };

int main(int count, char **words) {
    char here[PATH_MAX], real[PATH_MAX], python[PATH_MAX];
    uint32_t size = sizeof here;
    if (_NSGetExecutablePath(here, &size) != 0 || realpath(here, real) == NULL) return 127;
    for (int up = 0; up < 2; up++) {  // out of MacOS/Coterie
        char *slash = strrchr(real, '/');
        if (slash == NULL) return 127;
        *slash = '\0';
    }
    int length = snprintf(python, sizeof python, "%s/Resources/python/bin/python3.13", real);
    if (length < 0 || (size_t)length >= sizeof python) return 127;
    for (int number = 0; number < FOREIGN; number++) unsetenv(foreign[number]);
    char **command = calloc((size_t)count + OPTIONS + 1, sizeof *command);
    if (command == NULL) return 127;
    int at = 0;
    command[at++] = python;
    for (int number = 0; number < OPTIONS; number++) command[at++] = options[number];
    for (int number = 1; number < count; number++) command[at++] = words[number];
    execv(python, command);
    perror(python);
    return 127;
}
