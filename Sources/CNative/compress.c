#include "CNative.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static int64_t isal_block(int level, const uint8_t *history, size_t history_count,
                          const uint8_t *in, size_t in_count, uint8_t *out, size_t out_count) {
    static const uint32_t level_sizes[] = {ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
                                           ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};
    struct isal_zstream *stream = malloc(sizeof *stream);
    uint8_t *level_buffer = malloc(level_sizes[level]);
    int64_t written = -1;
    if (stream != NULL && level_buffer != NULL) {
        isal_deflate_init(stream);
        stream->level = (uint32_t)level;
        stream->level_buf = level_buffer;
        stream->level_buf_size = level_sizes[level];
        stream->gzip_flag = IGZIP_DEFLATE;
        stream->flush = SYNC_FLUSH;
        stream->next_in = (uint8_t *)in;
        stream->avail_in = (uint32_t)in_count;
        stream->next_out = out;
        stream->avail_out = (uint32_t)out_count;
        int ok = history_count == 0 ||
                 isal_deflate_set_dict(stream, (uint8_t *)history, (uint32_t)history_count) ==
                     COMP_OK;
        if (ok && isal_deflate(stream) == COMP_OK && stream->avail_in == 0 &&
            stream->avail_out > 0) {
            written = (int64_t)(out_count - stream->avail_out);
        }
    }
    free(level_buffer);
    free(stream);
    return written;
}

static int64_t zlib_block(int level, const uint8_t *history, size_t history_count,
                          const uint8_t *in, size_t in_count, uint8_t *out, size_t out_count) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
    int64_t written = -1;
    if (history_count == 0 ||
        deflateSetDictionary(&stream, history, (uInt)history_count) == Z_OK) {
        stream.next_in = (Bytef *)in;
        stream.avail_in = (uInt)in_count;
        stream.next_out = out;
        stream.avail_out = (uInt)out_count;
        int result = deflate(&stream, Z_SYNC_FLUSH);
        if (result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0) {
            written = (int64_t)(out_count - stream.avail_out);
        }
    }
    deflateEnd(&stream);
    return written;
}

int64_t cn_deflate_block(int level, const uint8_t *history, size_t history_count,
                         const uint8_t *in, size_t in_count, uint8_t *out, size_t out_count) {
    if (level < 1 || level > 9) return -1;
    return level <= 3
               ? isal_block(level, history, history_count, in, in_count, out, out_count)
               : zlib_block(level, history, history_count, in, in_count, out, out_count);
}

size_t cn_deflate_bound(size_t in_count) { return in_count + in_count / 64 + 1024; }

uint32_t cn_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
    return crc32_gzip_refl(crc, bytes, count);
}

int64_t cn_zstd_frame(int level, const uint8_t *in, size_t in_count, uint8_t *out,
                      size_t out_count) {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (context == NULL) return -1;
    size_t written = ZSTD_compressCCtx(context, out, out_count, in, in_count, level);
    ZSTD_freeCCtx(context);
    return ZSTD_isError(written) ? -1 : (int64_t)written;
}

size_t cn_zstd_bound(size_t in_count) { return ZSTD_compressBound(in_count); }
