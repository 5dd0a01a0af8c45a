// Keys and values in huge pages: with those of 4 kB the processor looks up the place of each again and again.
#pragma once

#include "ggml.h"

#include <cstddef>

namespace coterie::attention {

// Into pages of so many bytes moves what is attended to from now on, however often it has moved; 0 for none. Only Linux
// has them for ordinary memory.
void use_pages(size_t bytes);

// Moves the next page of the memory in which keys and values lie, if there is one: takes a part of a millisecond.
void move_page(const ggml_tensor * cells);

} // namespace coterie::attention
