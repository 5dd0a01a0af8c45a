// What the processor at hand can do.
#pragma once

#include "tile.h"

namespace coterie::products {

// One way to multiply. Without a kernel nothing is multiplied.
struct Processor {
    const char * name;
    int64_t rows; // of a tile
    Kernel (*kernel)(Form form);
};

// Every way that this processor has, best first; `count` of them.
const Processor * processors(int & count);

// The best one.
const Processor & processor();

} // namespace coterie::products
