// Replaces a file's contents by writing a new file and renaming it, and then says in a second file that
// the new contents are there: what many programs do, and many do wrong.
//
//   replace right FOLDER           syncs the new file before the rename and the folder after it
//   replace no-folder-sync FOLDER  forgets the folder: the rename can be lost after `status` says new
//   replace no-file-sync FOLDER    forgets the new file: the name can be there before the contents

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put(const char *name, const char *text, int is_synced) {
  int file = open(name, O_WRONLY | O_CREAT, 0666);
  if (file < 0) err(1, "%s", name);
  if (pwrite(file, text, strlen(text), 0) < 0) err(1, "%s", name);
  if (is_synced && fsync(file) != 0) err(1, "%s", name);
  close(file);
}

static void sync_folder(void) {
  int folder = open(".", O_RDONLY | O_DIRECTORY);
  if (folder < 0 || fsync(folder) != 0) err(1, "folder");
  close(folder);
}

int main(int count, char **words) {
  if (count != 3 || chdir(words[2]) != 0) return 64;
  put("config", "old", 1);
  sync_folder();
  put("status", "old", 1);
  sync_folder();

  put("config.tmp", "new", strcmp(words[1], "no-file-sync") != 0);
  if (rename("config.tmp", "config") != 0) err(1, "rename");
  if (strcmp(words[1], "no-folder-sync") != 0) sync_folder();
  put("status", "new", 1);
  return 0;
}
