#include "CNative.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct cn_decoder {
    z_stream gzip;
    ZSTD_DStream *zstd;
};

cn_decoder *cn_gzip_decoder_new(void) {
    cn_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder != NULL && inflateInit2(&decoder->gzip, 15 + 16) != Z_OK) {
        free(decoder);
        return NULL;
    }
    return decoder;
}

cn_decoder *cn_zstd_decoder_new(void) {
    cn_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder != NULL && (decoder->zstd = ZSTD_createDStream()) == NULL) {
        free(decoder);
        return NULL;
    }
    // 8 MiB, as RFC 8878 (section 3.1.1.1.2) asks of every decoder, and no more: a frame that
    // wants a larger window is refused rather than given the memory.
    if (decoder != NULL) ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, 23);
    return decoder;
}

int cn_decoder_step(cn_decoder *decoder, const uint8_t *in, size_t in_count, size_t *taken,
                    uint8_t *out, size_t out_count, size_t *given) {
    if (decoder->zstd != NULL) {
        ZSTD_inBuffer source = {in, in_count, 0};
        ZSTD_outBuffer target = {out, out_count, 0};
        size_t left = ZSTD_decompressStream(decoder->zstd, &target, &source);
        *taken = source.pos;
        *given = target.pos;
        return ZSTD_isError(left) ? -1 : (left == 0 ? 1 : 0);
    }
    z_stream *stream = &decoder->gzip;
    stream->next_in = (Bytef *)in;
    stream->avail_in = (uInt)in_count;
    stream->next_out = out;
    stream->avail_out = (uInt)out_count;
    int result = inflate(stream, Z_NO_FLUSH);
    *taken = in_count - stream->avail_in;
    *given = out_count - stream->avail_out;
    if (result == Z_STREAM_END) return inflateReset(stream) == Z_OK ? 1 : -1;
    return result == Z_OK || result == Z_BUF_ERROR ? 0 : -1;
}

void cn_decoder_free(cn_decoder *decoder) {
    if (decoder == NULL) return;
    if (decoder->zstd != NULL) {
        ZSTD_freeDStream(decoder->zstd);
    } else {
        inflateEnd(&decoder->gzip);
    }
    free(decoder);
}
