#include "raw_file.h"

#include <algorithm>
#include <cstring>

#ifdef _WIN32
#    define WIN32_LEAN_AND_MEAN
#    ifndef NOMINMAX
#        define NOMINMAX
#    endif
#    include <windows.h>
#else
#    include <cerrno>
#    include <fcntl.h>
#    include <sys/mman.h>
#    include <sys/stat.h>
#    include <sys/uio.h>
#    include <unistd.h>
#endif

namespace coterie {

bool RawFile::read(uint64_t offset, size_t bytes, char * to, char * room, uint64_t & read_bytes) {
    if (read_straight(offset, bytes, to, room, read_bytes)) {
        return true;
    }
    for (size_t done = 0, piece = 0; done < bytes; done += piece) {
        // Whole blocks, but for the first and the last.
        piece = std::min(bytes - done, PIECE - size_t((offset + done) % BLOCK));
        if (!read_piece(offset + done, piece, to + done, room, read_bytes)) {
            return false;
        }
    }
    return true;
}

bool RawFile::read_piece(uint64_t offset, size_t bytes, char * to, char * room, uint64_t & read_bytes) {
    const uint64_t begin = offset / BLOCK * BLOCK;
    const size_t before = size_t(offset - begin), needed = before + bytes;
    const size_t whole = (needed + BLOCK - 1) / BLOCK * BLOCK;
    bool direct = is_direct_;
    for (size_t done = 0; done < needed;) {
        const int64_t count = read_at(direct, begin + done, whole - done, room + done);
        if (count < 0 && direct) {
            is_direct_ = direct = false; // a file system that wants other blocks, or none
            continue;
        }
        if (count <= 0) {
            return false;
        }
        done += size_t(count);
        read_bytes += uint64_t(count);
        // What follows a part of a block cannot be read directly.
        direct = direct && done % BLOCK == 0;
    }
    std::memcpy(to, room + before, bytes);
    return true;
}

#ifdef _WIN32

static void * opened(const std::string & path, DWORD flags) {
    const int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
    std::wstring wide(size_t(std::max(length, 1)), L'\0');
    MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, &wide[0], length);
    const DWORD shared = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const HANDLE handle = CreateFileW(wide.c_str(), GENERIC_READ, shared, nullptr, OPEN_EXISTING, flags, nullptr);
    return handle == INVALID_HANDLE_VALUE ? nullptr : handle;
}

static bool described(void * handle, uint64_t & size, int64_t & modified) {
    BY_HANDLE_FILE_INFORMATION found;
    if (!GetFileInformationByHandle(handle, &found)) {
        return false;
    }
    size = uint64_t(found.nFileSizeHigh) << 32 | found.nFileSizeLow;
    modified = int64_t(uint64_t(found.ftLastWriteTime.dwHighDateTime) << 32 | found.ftLastWriteTime.dwLowDateTime);
    return true;
}

bool RawFile::read_straight(uint64_t, size_t, char *, char *, uint64_t &) {
    return false; // memory of scattered reads is pages there
}

std::unique_ptr<RawFile> RawFile::open(const std::string & path) {
    std::unique_ptr<RawFile> file(new RawFile());
    file->path_ = path;
    file->plain_ = opened(path, FILE_ATTRIBUTE_NORMAL);
    file->direct_ = opened(path, FILE_FLAG_NO_BUFFERING);
    file->is_direct_ = file->direct_ != nullptr;
    const bool is_open = file->plain_ && described(file->plain_, file->size_, file->modified_);
    return is_open ? std::move(file) : nullptr;
}

RawFile::~RawFile() {
    if (mapped_) {
        UnmapViewOfFile(mapped_);
    }
    for (void * handle : { mapping_, direct_, plain_ }) {
        if (handle) {
            CloseHandle(handle);
        }
    }
}

bool RawFile::is_unchanged() const {
    uint64_t size = 0;
    int64_t modified = 0;
    return described(plain_, size, modified) && size == size_ && modified == modified_;
}

int64_t RawFile::read_at(bool direct, uint64_t offset, size_t bytes, char * to) const {
    OVERLAPPED place = {};
    place.Offset = DWORD(offset);
    place.OffsetHigh = DWORD(offset >> 32);
    DWORD count = 0;
    if (!ReadFile(direct ? direct_ : plain_, to, DWORD(bytes), &count, &place)) {
        return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
    }
    return count;
}

char * RawFile::mapped() {
    if (!mapping_) {
        mapping_ = CreateFileMappingW(plain_, nullptr, PAGE_READONLY, 0, 0, nullptr);
        mapped_ = mapping_ ? static_cast<char *>(MapViewOfFile(mapping_, FILE_MAP_READ, 0, 0, 0)) : nullptr;
    }
    return mapped_;
}

#else

static int64_t modified_of(const struct stat & found) {
#    ifdef __APPLE__
    const struct timespec & time = found.st_mtimespec;
#    else
    const struct timespec & time = found.st_mtim;
#    endif
    return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

static int opened_direct(const std::string & path) {
#    ifdef O_DIRECT
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
#    else
    const int direct = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
#        ifdef F_NOCACHE
    if (direct >= 0) {
        fcntl(direct, F_NOCACHE, 1);
    }
#        endif
    return direct;
#    endif
}

std::unique_ptr<RawFile> RawFile::open(const std::string & path) {
    std::unique_ptr<RawFile> file(new RawFile());
    file->path_ = path;
    file->plain_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    file->direct_ = opened_direct(path);
    file->is_direct_ = file->direct_ >= 0;
    struct stat found;
    if (file->plain_ < 0 || fstat(file->plain_, &found) != 0) {
        return nullptr;
    }
    file->size_ = uint64_t(found.st_size);
    file->modified_ = modified_of(found);
    return file;
}

RawFile::~RawFile() {
    if (mapped_) {
        munmap(mapped_, size_);
    }
    for (const int handle : { direct_, plain_ }) {
        if (handle >= 0) {
            close(handle);
        }
    }
}

bool RawFile::is_unchanged() const {
    struct stat found;
    return fstat(plain_, &found) == 0 && uint64_t(found.st_size) == size_ && modified_of(found) == modified_;
}

// The first and the last sector by `room`, what is between them where it is to be.
bool RawFile::read_straight(uint64_t offset, size_t bytes, char * to, char * room, uint64_t & read_bytes) {
#    ifdef O_DIRECT
    const size_t before = size_t(offset % SECTOR), after = size_t((offset + bytes) % SECTOR);
    if (!is_direct_ || !is_straight_ || bytes < 2 * SECTOR || reinterpret_cast<size_t>(to) % SECTOR != before) {
        return false;
    }
    const size_t head = before ? SECTOR - before : 0, between = bytes - head - after;
    iovec parts[3];
    int count = 0;
    size_t whole = between;
    const auto add = [&](char * at, size_t size) { parts[count++] = { at, size }; };
    if (head) {
        add(room, SECTOR);
        whole += SECTOR;
    }
    add(to + head, between);
    if (after) {
        add(room + SECTOR, SECTOR);
        whole += SECTOR;
    }
    const ssize_t found = preadv(direct_, parts, count, off_t(offset - before));
    if (found < 0) {
        is_straight_ = errno == EINTR; // larger sectors, or memory that has to begin elsewhere
        return false;
    }
    read_bytes += uint64_t(found);
    if (size_t(found) < before + bytes) {
        return false;
    }
    std::memcpy(to, room + before, head);
    std::memcpy(to + head + between, room + SECTOR, after);
    return true;
#    else
    return false;
#    endif
}

int64_t RawFile::read_at(bool direct, uint64_t offset, size_t bytes, char * to) const {
    ssize_t count = 0;
    do {
        count = pread(direct ? direct_ : plain_, to, bytes, off_t(offset));
    } while (count < 0 && errno == EINTR);
#    ifdef POSIX_FADV_DONTNEED
    if (!direct && count > 0) {
        posix_fadvise(plain_, off_t(offset), count, POSIX_FADV_DONTNEED);
    }
#    endif
    return count;
}

char * RawFile::mapped() {
    if (!mapped_ && size_ > 0) {
        void * found = mmap(nullptr, size_, PROT_READ, MAP_SHARED, plain_, 0);
        if (found != MAP_FAILED) {
            mapped_ = static_cast<char *>(found);
            posix_madvise(mapped_, size_, POSIX_MADV_RANDOM);
        }
    }
    return mapped_;
}

#endif

} // namespace coterie
