// Rows of a type's blocks, eight at a time, into a tile.
#pragma once

#include "ggml.h"
#include "targets.h"
#include "tile.h"

namespace coterie::products {

// Unpacks k values of 8 or 16 rows.
using Unpack = void (*)(const void * const * rows, int64_t k, void * tile);

struct Format {
    ggml_type type;
    int64_t block; // k is a multiple of it
    Form form;
    Unpack unpack8, unpack16; // for tiles of so many rows
};

template <size_t COUNT> const Format * find(const Format (&formats)[COUNT], ggml_type type) {
    for (const Format & format : formats) {
        if (format.type == type) {
            return &format;
        }
    }
    return nullptr;
}

// The format of a type of small blocks, of blocks of 256 values, or of such with values out of tables; null for
// another type.
const Format * small_format(ggml_type type);
const Format * super_format(ggml_type type);
const Format * grid_format(ggml_type type);

} // namespace coterie::products
