/* python.exe and pythonw.exe of the private tree: the interpreter is the library that lies beside it. */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

typedef int (*py_main)(int, wchar_t **);

static int start(int count, wchar_t **arguments)
{
    static wchar_t path[32768];
    DWORD length = GetModuleFileNameW(NULL, path, 32000);
    while (length && path[length - 1] != L'\\')
        length--;
    wcscpy(path + length, L"python313.dll");
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_USER_DIRS);
    HMODULE python = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    py_main run = python ? (py_main)(void *)GetProcAddress(python, "Py_Main") : NULL;
    if (!run) {
        MessageBoxW(NULL, L"A part of Coterie is missing or damaged. Install Coterie again.", L"Coterie", MB_ICONERROR);
        return 3;
    }
    return run(count, arguments);
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    (void)instance, (void)before, (void)line, (void)show;
    return start(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **arguments)
{
    return start(count, arguments);
}
#endif
