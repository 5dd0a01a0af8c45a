// For every operation ggml's backend for the processor asks each of its extra buffer types who computes it
// (ggml-cpu/traits.h). Ours never holds a weight: it computes with those that lie in ordinary memory as in the file.
#include "hook.h"

#include "../../attention/native/attention.h"
#include "../../attention/native/pages.h"
#include "ggml-backend-impl.h"
#include "operation.h"
#include "products.h"

#include <vector>

// As ggml-cpu/traits.h declares them: the order of their functions is what counts.
namespace ggml::cpu {

class tensor_traits {
  public:
    virtual ~tensor_traits() = default;
    virtual bool work_size(int threads, const ggml_tensor * operation, size_t & size) = 0;
    virtual bool compute_forward(coterie::products::Part * part, ggml_tensor * operation) = 0;
};

class extra_buffer_type {
  public:
    virtual ~extra_buffer_type() = default;
    virtual bool supports_op(ggml_backend_dev_t device, const ggml_tensor * operation) = 0;
    virtual tensor_traits * get_tensor_traits(const ggml_tensor * operation) = 0;
};

} // namespace ggml::cpu

namespace coterie::products {
namespace {

Backend the_backend;
std::atomic<bool> is_used{ false };
std::atomic<uint64_t> computed{ 0 }, attended{ 0 };
std::atomic<const attention::Way *> attention_way{ nullptr };

class Traits : public ggml::cpu::tensor_traits {
    bool work_size(int threads, const ggml_tensor * operation, size_t & size) override {
        size = operation->op == GGML_OP_MUL_MAT ? workspace_of_product(operation, threads)
                                                : workspace_of_chosen(operation, threads);
        return true;
    }

    bool compute_forward(Part * part, ggml_tensor * operation) override {
        const auto compute = operation->op == GGML_OP_MUL_MAT ? compute_product : compute_chosen;
        compute(the_backend, *part, operation);
        computed.fetch_add(part->thread == 0, std::memory_order_relaxed);
        return true;
    }
};

class AttentionTraits : public ggml::cpu::tensor_traits {
    bool work_size(int threads, const ggml_tensor * operation, size_t & size) override {
        size = attention::workspace_of(operation, threads);
        return true;
    }

    bool compute_forward(Part * part, ggml_tensor * operation) override {
        attention::compute(*attention_way.load(std::memory_order_relaxed), the_backend, *part, operation);
        attended.fetch_add(part->thread == 0, std::memory_order_relaxed);
        return true;
    }
};

bool is_in_ordinary_memory(const ggml_tensor * weights) {
    return !weights->buffer || ggml_backend_buffer_is_host(weights->buffer);
}

// How many tokens one matrix may be multiplied with. The choices of several tokens may come as those of one.
int64_t tokens_of(const ggml_tensor * operation) {
    if (operation->op == GGML_OP_MUL_MAT) {
        return ggml_nrows(operation->src[1]);
    }
    if (operation->op != GGML_OP_MUL_MAT_ID) {
        return 0;
    }
    const int64_t told = operation->op_params[COTERIE_PRODUCTS_TOKENS_PARAMETER];
    return told ? told : operation->src[2]->ne[1];
}

bool is_ours(const ggml_tensor * operation) {
    const int64_t tokens = tokens_of(operation);
    if (tokens < FEWEST_TOKENS || !is_used.load(std::memory_order_relaxed)) {
        return false;
    }
    const ggml_tensor *weights = operation->src[0], *inputs = operation->src[1];
    const bool is_one = weights->ne[2] == 1 && weights->ne[3] == 1;
    // The second parameter of a product says that the weights are known without being read.
    const bool is_plain = operation->op == GGML_OP_MUL_MAT ? is_one && operation->op_params[1] == 0
                                                           : weights->ne[3] == 1 && inputs->ne[3] == 1;
    return is_plain && known(weights->type, weights->ne[0]) && inputs->type == GGML_TYPE_F32 &&
           inputs->nb[0] == sizeof(float) && operation->type == GGML_TYPE_F32 && is_in_ordinary_memory(weights);
}

class Type : public ggml::cpu::extra_buffer_type {
    bool supports_op(ggml_backend_dev_t, const ggml_tensor *) override { return false; }

    ggml::cpu::tensor_traits * get_tensor_traits(const ggml_tensor * operation) override {
        if (operation->op == GGML_OP_FLASH_ATTN_EXT) {
            const bool is_used = attention_way.load(std::memory_order_relaxed) != nullptr;
            return is_used && attention::is_known(operation) ? &attention_ : nullptr;
        }
        return is_ours(operation) ? &traits_ : nullptr;
    }

    Traits traits_;
    AttentionTraits attention_;
};

ggml_backend_buffer_type make_buffer_type(ggml_backend_dev_t device) {
    static Type type;
    ggml_backend_buffer_type made = {};
    made.iface.get_name = [](ggml_backend_buffer_type_t) { return "CPU_PRODUCTS"; };
    made.iface.alloc_buffer = [](ggml_backend_buffer_type_t, size_t) -> ggml_backend_buffer_t { return nullptr; };
    made.iface.get_alignment = [](ggml_backend_buffer_type_t) -> size_t { return 64; };
    made.device = device;
    made.context = &type;
    return made;
}

} // namespace
} // namespace coterie::products

using namespace coterie::products;

extern "C" {

int coterie_products_interface(void) {
    return COTERIE_PRODUCTS_INTERFACE;
}

int coterie_products_install(const coterie_products_backend * backend) {
    using List = std::vector<ggml_backend_buffer_type_t> & (*)();
    if (!*instructions()) {
        return 0;
    }
    the_backend.barrier = reinterpret_cast<decltype(the_backend.barrier)>(backend->barrier);
    static ggml_backend_buffer_type type = make_buffer_type(backend->device);
    reinterpret_cast<List>(backend->extra_buffer_types)().push_back(&type);
    is_used = true;
    coterie_attention_use(0);
    return 1;
}

void coterie_products_use(int used) {
    is_used = used != 0;
}

uint64_t coterie_products_computed(void) {
    return computed.load(std::memory_order_relaxed);
}

int coterie_attention_use(int way) {
    int count = 0;
    const coterie::attention::Way * ways = coterie::attention::ways(count);
    attention_way = way >= 0 && way < count ? ways + way : nullptr;
    return way < count;
}

int coterie_attention_is_used(void) {
    return attention_way.load() != nullptr;
}

void coterie_attention_pages(size_t bytes) {
    coterie::attention::use_pages(bytes);
}

uint64_t coterie_attention_computed(void) {
    return attended.load(std::memory_order_relaxed);
}
}
