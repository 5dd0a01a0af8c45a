# Runs inside an old Debian as `build.sh VERSION SHA256...`, whose C library every later system has: makes what wheels
# do not bring. Into out/: python/ (CPython), lib/ (libraries that go beside it), runtime (the head of an AppImage),
# copyright/ (whose each library is), packages.txt (what all this was made with).
set -eu
version=$1 archive=$2 debian=$3
cd /build
export LC_ALL=C.UTF-8
mkdir -p out/lib out/copyright sources

# Exactly the packages that were locked, or other bytes would come out.
apt-cache dumpavail | awk '
    /^Package:/ { name = $2 } /^Version:/ { version = $2 } /^SHA256:/ { print name, version, $2 }
' | sort >available.txt
dpkg-query -W -f '${Package} ${Version}\n' | sort >installed.txt
awk 'NR == FNR { sum[$1 " " $2] = $3; next } { print $0, sum[$0] }' available.txt installed.txt >out/packages.txt
if [ -z "${LOCKING:-}" ] && ! diff system.lock out/packages.txt; then
    echo 'Debian has other packages now than installer/packages/base/system.lock names. To take them: make packages OPTIONS=--lock'
    exit 3
fi

# CPython's own sources with Debian's fixes, those that come for security and against crashes alone.
sed 's/^deb /deb-src /; s/bookworm/trixie/' /etc/apt/sources.list >/etc/apt/sources.list.d/later.list
apt-get -q update >/dev/null
(cd sources && apt-get -q source --download-only "python3.13=$version" >/dev/null)
original=sources/python3.13_${version%%-*}.orig.tar.xz
fixes=sources/python3.13_$version.debian.tar.xz
printf '%s  %s\n' "$archive" "$original" "$debian" "$fixes" | sha256sum --check --quiet
mkdir python
tar --extract --file "$original" --directory python --strip-components=1
tar --extract --file "$fixes" --directory sources
cd python
for fix in $(grep -E '^(CVE-|ssl-|dict-use-after-free|traverse-managed-dicts)' ../sources/debian/patches/series); do
    patch --strip=1 --silent <"../sources/debian/patches/$fix"
done
# An RPATH of the program counts for all that it loads, and before LD_LIBRARY_PATH. No profile is taken: it would come
# out otherwise each time.
./configure --prefix=/python --without-ensurepip --disable-test-modules --with-readline=no \
    CFLAGS=-g0 LDFLAGS='-Wl,--disable-new-dtags,-rpath,\$$ORIGIN/../lib,-s'
make -j"$(nproc)"
make install DESTDIR=/build/installed
mv /build/installed/python /build/out/python
cp LICENSE /build/out/copyright/cpython
cd ..

gcc -O2 -static -s -o out/runtime appimage_runtime.c \
    -lsquashfuse_ll -lsquashfuse -lfuse3 -lzstd -llzma -lz -lpthread
for package in libsquashfuse-dev libfuse3-dev libzstd-dev zlib1g-dev liblzma-dev; do
    cp "/usr/share/doc/$package/copyright" "out/copyright/$package"
done

# Which of them are wanted is seen when all is together.
for package in $(cat libraries.txt); do
    dpkg -L "$package" | grep -E '/lib[^/]*\.so\.[0-9.]+$' | while read -r file; do
        soname=$(objdump -p "$file" | sed -n 's/^ *SONAME *//p')
        cp -L "$file" "out/lib/$soname"
        echo "$soname $package" >>out/lib/origins.txt
    done
    cp "/usr/share/doc/$package/copyright" "out/copyright/$package"
done
strip --strip-unneeded out/lib/*.so*
sort -u -o out/lib/origins.txt out/lib/origins.txt
# Texts that wheels name and do not bring. LGPL 3 is an addition to GPL 3.
for text in Apache-2.0 LGPL-2 LGPL-2.1 LGPL-3 GPL-3; do
    cp -L "/usr/share/common-licenses/$text" "out/copyright/text-$text"
done
