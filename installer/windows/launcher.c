/* Coterie.exe and bin\coterie.exe: start the version that current.txt names, with the same arguments.
 *
 * In a terminal, and where another program holds its input or output, it waits and ends with the version's exit code.
 * Opening the window leaves nothing of it running, so that it can be replaced. */
#include <windows.h>
#include <shellapi.h>
#include <string.h>
#include <wchar.h>

#define LONGEST 32768
#define AGAIN L"This copy of Coterie is not whole. Install Coterie again."

static wchar_t folder[LONGEST], program[LONGEST], line[2 * LONGEST];

static int refuse(void)
{
#ifdef WINDOWED
    MessageBoxW(NULL, AGAIN, L"Coterie", MB_ICONERROR);
#else
    DWORD written;
    WriteConsoleW(GetStdHandle(STD_ERROR_HANDLE), AGAIN L"\r\n", lstrlenW(AGAIN L"\r\n"), &written, NULL);
#endif
    return 3;
}

/* Where the versions lie: this program's folder, or the one above bin. */
static void find_folder(void)
{
    DWORD length = GetModuleFileNameW(NULL, folder, LONGEST - 300);
    for (int up = 0;; up++) {
        while (length && folder[length - 1] != L'\\')
            length--;
        folder[length] = 0;
#ifndef WINDOWED
        if (up == 0 && length) {
            length--;
            continue;
        }
#endif
        return;
    }
}

/* The name in current.txt, which is that of a folder beside it. */
static int read_current(wchar_t *name)
{
    char text[128];
    DWORD count = 0;
    wcscpy(program, folder);
    wcscat(program, L"current.txt");
    HANDLE file = CreateFileW(program, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 0;
    int read = ReadFile(file, text, sizeof text - 1, &count, NULL);
    CloseHandle(file);
    if (!read)
        return 0;
    text[count] = 0;
    text[strcspn(text, "\r\n")] = 0;
    if (strncmp(text, "app-", 4) || strpbrk(text, "\\/:\"<>|*?"))
        return 0;
    return MultiByteToWideChar(CP_UTF8, 0, text, -1, name, 128);
}

#ifdef WINDOWED
/* Whether somebody reads what is written, or writes what is read. */
static int is_held(DWORD which)
{
    HANDLE handle = GetStdHandle(which);
    return handle && handle != INVALID_HANDLE_VALUE && GetFileType(handle) != FILE_TYPE_UNKNOWN;
}
#else
/* Ctrl+C is for the version, which ends this one. */
static BOOL WINAPI stay(DWORD event)
{
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}
#endif

static int start(void)
{
    wchar_t name[128];
    /* What follows this program's own name, as it was written. */
    wchar_t *rest = GetCommandLineW();
    int quoted = 0;
    while (*rest && (quoted || (*rest != L' ' && *rest != L'\t')))
        quoted ^= *rest++ == L'"';
    while (*rest == L' ' || *rest == L'\t')
        rest++;
    find_folder();
    if (!read_current(name) || lstrlenW(rest) > LONGEST - 1000)
        return refuse();
#ifdef WINDOWED
    const wchar_t *python = L"\\python\\pythonw.exe";
    int waits = is_held(STD_INPUT_HANDLE) || is_held(STD_OUTPUT_HANDLE) || is_held(STD_ERROR_HANDLE);
#else
    const wchar_t *python = L"\\python\\python.exe";
    int waits = 1;
#endif
    wcscpy(program, folder);
    wcscat(program, name);
    wcscat(program, python);
    wcscpy(line, L"\"");
    wcscat(line, program);
    wcscat(line, L"\" -I -m app ");
    wcscat(line, rest);
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION made;
    if (waits) { /* Handles go on as they came: pipes of whoever started this, or the terminal. */
        how.dwFlags = STARTF_USESTDHANDLES;
        how.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
        how.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
        how.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    }
#ifndef WINDOWED
    SetConsoleCtrlHandler(stay, TRUE);
#endif
    if (!CreateProcessW(program, line, NULL, NULL, waits, 0, NULL, NULL, &how, &made))
        return refuse();
    DWORD code = 0;
    if (waits) {
        WaitForSingleObject(made.hProcess, INFINITE);
        GetExitCodeProcess(made.hProcess, &code);
    }
    CloseHandle(made.hThread);
    CloseHandle(made.hProcess);
    return (int)code;
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR given, int show)
{
    (void)instance, (void)before, (void)given, (void)show;
    return start();
}
#else
int wmain(void)
{
    return start();
}
#endif
