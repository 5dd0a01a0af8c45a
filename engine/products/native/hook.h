// Puts our products of quantised matrices into ggml's own backend for the processor. C, for whoever loads the library.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#    define COTERIE_PRODUCTS_API __declspec(dllexport)
#else
#    define COTERIE_PRODUCTS_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Of this interface: who calls it checks the number first.
#define COTERIE_PRODUCTS_INTERFACE 3

// The parameter of a MUL_MAT_ID that says for how many tokens it is, where its rows are some of theirs; else 0.
#define COTERIE_PRODUCTS_TOKENS_PARAMETER 15

// Functions of the very library that computes on the processor, and its device; none may be null.
struct coterie_products_backend {
    void * extra_buffer_types;   // `ggml_backend_cpu_get_extra_buffer_types`, in C++
    void * barrier;              // `ggml_barrier`
    struct ggml_backend_device * device;
};

COTERIE_PRODUCTS_API int coterie_products_interface(void);
// Once, before anything is computed. 0 where this processor has none of the instructions that are used.
COTERIE_PRODUCTS_API int coterie_products_install(const struct coterie_products_backend * backend);
// Whether they are used from the next graph on; not while one is computed. Installed, they are.
COTERIE_PRODUCTS_API void coterie_products_use(int is_used);
// Products that were ours since the library was loaded. From any thread.
COTERIE_PRODUCTS_API uint64_t coterie_products_computed(void);

// Which of the ways of attention that this processor has, best first, computes it from the next graph on; below 0 none.
// Not while one is computed. Installed, it is the best. 0 where there are fewer.
COTERIE_PRODUCTS_API int coterie_attention_use(int way);
COTERIE_PRODUCTS_API int coterie_attention_is_used(void);
// Into pages of so many bytes moves the memory of what is attended to from the next graph on, one with each operation;
// 0 for none, as when installed. Called again when a context was made: its memory may lie where another's did.
COTERIE_PRODUCTS_API void coterie_attention_pages(size_t bytes);
// Operations of attention that were ours since the library was loaded. From any thread.
COTERIE_PRODUCTS_API uint64_t coterie_attention_computed(void);

#ifdef __cplusplus
}
#endif
