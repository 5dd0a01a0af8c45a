"""All calls into llama.cpp, behind a check for the exact version whose structs are mirrored.

Only a child process imports this package. It uses the low-level functions of llama-cpp-python 0.3.36. Handles
are plain integers (C pointers); who makes one frees it.
"""

from engine.local.native.backends import broken_backend, build_key, registered_backends, start, variant
from engine.local.native.batch import Batch, decode_rows, see_each_other
from engine.local.native.decoding import AbortFlag, decode, synchronize
from engine.local.native.devices import buffer_type_name, devices, register_workers, streams_from
from engine.local.native.draft_tokens import likeliest, same_tokens
from engine.local.native.dry_run import dry_run
from engine.local.native.embedding import (
    embedding,
    embedding_width,
    ends_texts,
    forget_texts,
    new_embedding_context,
    pair_marks,
    pools,
    ranks,
    score_count,
)
from engine.local.native.expert_floor import close_floor, floor_failure, open_floor, reads_experts
from engine.local.native.graph_log import graph_splits
from engine.local.native.layouts.huge_pages import (
    HugePages,
    huge_pages_here,
    open_huge_pages,
    settle_cells,
)
from engine.local.native.layouts.own_products import (
    are_products_used,
    computed_attention,
    computed_products,
    has_product,
    is_attention_ours,
    products_here,
    use_attention,
    use_products,
)
from engine.local.native.layouts.repack import extra_memories, repacked_types, stacked_types
from engine.local.native.library import (
    PINNED_VERSION,
    clear_log,
    cpu_features,
    library_version,
    log_tail,
)
from engine.local.native.logprobs import logprobs
from engine.local.native.model import (
    MemoryKind,
    cells_of_each,
    free_context,
    free_model,
    has_decoder,
    layer_count,
    load_model,
    load_vocabulary,
    memory_kind,
    new_context,
    set_threads,
    trained_context,
)
from engine.local.native.prediction import can_predict
from engine.local.native.refusal import context_refusal, model_refusal
from engine.local.native.sampler import SamplerChain
from engine.local.native.sequence_memory import (
    copy_sequence,
    first_of,
    forget_all,
    forget_from,
    forget_sequence,
    is_plain,
    length_of,
    read_state,
    state_size,
    write_state,
)
from engine.local.native.vocabulary import (
    FillInTokens,
    adds_bos,
    bos_token,
    control_tokens,
    fill_in_tokens,
    is_end_of_generation,
    token_bytes,
    tokenize,
    vocabulary,
    vocabulary_size,
)
from engine.local.native.weights import loaded_weights
