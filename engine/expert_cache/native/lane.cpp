#include "lane.h"

#include "cache.h"

#include <algorithm>

namespace coterie {

static const size_t DESK_ALIGNMENT = 64;

ggml_backend_buffer_type_t host_memory_of(ggml_backend_dev_t device) {
    const ggml_backend_buffer_type_t pinned = ggml_backend_dev_host_buffer_type(device);
    return pinned ? pinned : ggml_backend_cpu_buffer_type();
}

std::unique_ptr<Lane> Lane::make(ggml_backend_dev_t device) {
    auto lane = std::make_unique<Lane>();
    lane->primary_.reset(ggml_backend_dev_init(device, nullptr));
    const bool is_cpu = ggml_backend_dev_buffer_type(device) == ggml_backend_cpu_buffer_type();
    if (!is_cpu) {
        lane->cpu_.reset(ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr));
    }
    return lane->primary_ && (is_cpu || lane->cpu_) ? std::move(lane) : nullptr;
}

Lane::~Lane() {
    if (primary_) {
        ggml_backend_synchronize(primary_.get());
    }
    if (Cache * cache = active_cache()) {
        cache->forget(*this);
    }
}

ggml_status Lane::compute(ggml_cgraph * graph) {
    Cache * cache = active_cache();
    if (!graph->uid || graph->uid != planned_) {
        plan(graph, cache);
    }
    for (size_t next = 0; next < steps_.size();) {
        if (abort_ && abort_(abort_data_)) {
            return GGML_STATUS_ABORTED;
        }
        const ggml_status status = compute_next(next, cache);
        if (status != GGML_STATUS_SUCCESS) {
            return status;
        }
    }
    return GGML_STATUS_SUCCESS;
}

ggml_status Lane::compute_next(size_t & next, Cache * cache) {
    Step & step = steps_[next++];
    if (!step.block) {
        return ggml_backend_graph_compute_async(primary(), &step.part);
    }
    switch (cache->compute(*step.block, *this)) {
        case Cache::DONE: return GGML_STATUS_SUCCESS;
        case Cache::LEFT: return compute_left(step);
        case Cache::READY:
            next += next < steps_.size() && !steps_[next].block;
            return ggml_backend_graph_compute(cpu(), &step.joined);
        default: return abort_ && abort_(abort_data_) ? GGML_STATUS_ABORTED : GGML_STATUS_FAILED;
    }
}

ggml_status Lane::compute_left(Step & step) {
    return is_host() ? ggml_backend_graph_compute(cpu(), &step.part) : compute_through_host(primary(), cpu(), &step.part);
}

// What is planned holds as long as the graph's uid: the scheduler gives another one whenever it splits again.
void Lane::plan(ggml_cgraph * graph, Cache * cache) {
    steps_.clear();
    planned_ = 0;
    int first = 0;
    for (int i = 0; cache && i < graph->n_nodes;) {
        int end = i + 1;
        std::unique_ptr<Block> block = block_at(graph, i, end, *cache);
        if (block) {
            add(graph, first, i, nullptr);
            add(graph, i, end, std::move(block));
            first = end;
        }
        i = end;
    }
    add(graph, first, graph->n_nodes, nullptr);
    lay_out_desk();
    join();
    planned_ = graph->uid;
}

void Lane::add(ggml_cgraph * graph, int first, int end, std::unique_ptr<Block> block) {
    if (first >= end) {
        return;
    }
    ggml_cgraph part = ggml_graph_view(graph, first, end);
    part.uid = graph->uid ? ggml_graph_next_uid() : 0;
    steps_.push_back({ part, std::move(block), {}, part });
}

// A block's inputs and its result on the desk, which all blocks share: one is computed after the other.
static void mirror(Block & block, bool is_host) {
    const auto copy = [&](const ggml_tensor * tensor) {
        block.mirrors.push_back(*tensor);
        block.places.push_back(block.desk_bytes);
        block.desk_bytes += GGML_PAD(ggml_nbytes(tensor), DESK_ALIGNMENT);
        return &block.mirrors.back();
    };
    block.on_host = block.shape;
    block.on_host.ids = copy(block.shape.ids);
    block.entering.push_back({ block.shape.ids, block.on_host.ids });
    if (block.is_large) {
        return; // what is chosen is all that must be known
    }
    for (const ggml_tensor *& input : block.on_host.inputs) {
        const ggml_tensor * inside = input;
        input = copy(inside);
        block.entering.push_back({ inside, input });
    }
    if (!is_host) {
        block.on_host.result = copy(block.shape.result);
    }
}

void Lane::join() {
    for (size_t i = 0; is_host() && i < steps_.size(); i++) {
        Step & step = steps_[i];
        if (!step.block || !step.block->in_place) {
            continue;
        }
        step.nodes = step.block->in_place->nodes();
        if (i + 1 < steps_.size() && !steps_[i + 1].block) {
            const ggml_cgraph & part = steps_[i + 1].part;
            step.nodes.insert(step.nodes.end(), part.nodes, part.nodes + part.n_nodes);
        }
        step.joined.nodes = step.nodes.data();
        step.joined.n_nodes = int(step.nodes.size());
    }
}

std::unique_ptr<Block> Lane::block_at(ggml_cgraph * graph, int first, int & end, Cache & cache) const {
    const auto takes = [&](int i) {
        const ggml_tensor * node = graph->nodes[i];
        return !ggml_op_is_empty(node->op) && (cache.takes(node) || cache.streams(node, device()));
    };
    Layer * layer = takes(first) ? cache.layer_of(graph->nodes[first]) : nullptr;
    if (!layer) {
        return nullptr;
    }
    int behind = first + 1;
    const auto is_ours = [&](int i) { return takes(i) && cache.layer_of(graph->nodes[i]) == layer; };
    while (behind < graph->n_nodes && (ggml_op_is_empty(graph->nodes[behind]->op) || is_ours(behind))) {
        behind++;
    }
    const ggml_cgraph part = ggml_graph_view(graph, 0, behind);
    auto block = std::make_unique<Block>();
    block->layer = layer;
    block->is_large = !cache.takes(graph->nodes[first]);
    block->is_readable =
        read_shape(&part, first, layer->weights(), block->shape, end) && is_whole(block->shape, *layer);
    if (block->is_readable && (!is_host() || layer->floor())) {
        mirror(*block, is_host());
    }
    if (block->is_readable) {
        cache.place(*block, *this);
    }
    return block;
}

// Room on the desk for the largest block.
void Lane::lay_out_desk() {
    size_t bytes = 0;
    for (const Step & step : steps_) {
        bytes = std::max(bytes, step.block ? step.block->desk_bytes : 0);
    }
    if (bytes > 0 && (!desk_ || ggml_backend_buffer_get_size(desk_.get()) < bytes)) {
        ggml_backend_synchronize(primary());
        desk_.reset(ggml_backend_buft_alloc_buffer(host_memory_of(device()), bytes));
    }
    for (Step & step : steps_) {
        if (!step.block || step.block->mirrors.empty()) {
            continue;
        }
        step.block->is_readable = step.block->is_readable && desk_;
        for (size_t i = 0; desk_ && i < step.block->places.size(); i++) {
            char * base = static_cast<char *>(ggml_backend_buffer_get_base(desk_.get()));
            step.block->mirrors[i].data = base + step.block->places[i];
        }
    }
}

void set_threads_of(ggml_backend_t backend, int threads) {
    const ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(backend));
    const auto set = reinterpret_cast<ggml_backend_set_n_threads_t>(
        ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads"));
    if (set) {
        set(backend, threads);
    }
}

void Lane::set_threads(int threads) {
    set_threads_of(primary(), threads);
    set_threads_of(cpu(), threads);
    if (Cache * cache = active_cache()) {
        cache->set_threads(threads);
    }
}

void Lane::set_abort(ggml_abort_callback callback, void * data) {
    abort_ = callback;
    abort_data_ = data;
    const ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(cpu()));
    const auto set = reinterpret_cast<ggml_backend_set_abort_callback_t>(
        ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_abort_callback"));
    if (set) {
        set(cpu(), callback, data);
    }
}

} // namespace coterie
