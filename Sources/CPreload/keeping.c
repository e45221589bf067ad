// Lent files: what they first held is kept piece by piece, each before the program changes it.

#include "preload.h"

static const struct pcj_lent *lent_file(uint32_t file) {
  const struct pcj_control *control = pc_control();
  uint32_t count = pcj_load32(&control->lent_count);
  for (uint32_t i = 0; i < count && i < PCJ_LENT_FILES; i++) {
    if (control->lent[i].file == file) return &control->lent[i];
  }
  return NULL;
}

static bool are_kept(const struct pcj_lent *lent, uint64_t byte_offset, uint64_t end) {
  for (uint64_t piece = byte_offset >> lent->piece_shift; piece << lent->piece_shift < end;
       piece++) {
    if (!pcj_is_kept(lent, piece)) return false;
  }
  return true;
}

bool pc_keep(uint32_t state, uint64_t byte_offset, uint64_t byte_count) {
  const struct pcj_lent *lent = lent_file(state >> PC_FILE_SHIFT);
  if (lent == NULL || byte_offset >= lent->byte_count) return true;
  uint64_t end = byte_count < lent->byte_count - byte_offset ? byte_offset + byte_count
                                                             : lent->byte_count;
  if (are_kept(lent, byte_offset, end)) return true;
  int error = errno;
  struct pc_event event = {.kind = PCJ_KEEP,
                           .file = lent->file,
                           .byte_offset = byte_offset,
                           .range_byte_count = end - byte_offset};
  struct pcj_record *record = pc_prepare(&event);
  if (record == NULL) return false;
  pc_publish(record, PCJ_KEEP);
  bool is_kept = pc_ask(record) != 0;
  errno = is_kept ? error : EIO;
  pc_finish(record, 0);
  return is_kept;
}
