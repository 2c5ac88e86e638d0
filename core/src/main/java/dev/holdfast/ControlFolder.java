// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.PrivateFile;
import dev.holdfast.storage.io.ProgramFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder by which Holdfast and a program in any language speak, without a library: whether a
 * name exists is all they say. It lies beside the store, because every node of a job sees that
 * place and the store itself belongs to Holdfast.
 *
 * <pre>
 * due       Holdfast wants a checkpoint; the program removes it when it has written one, or
 * writing   renames it to this before it writes, having set its modification time to the present,
 * written   and to this when all is written: then the two times of the file tell what it cost
 * </pre>
 */
final class ControlFolder {
  static final String DUE = "due";
  static final String WRITING = "writing";
  static final String WRITTEN = "written";
  private static final String SUFFIX = ".run";

  private final Path folder;

  ControlFolder(Path folder) {
    this.folder = folder;
  }

  /** Where the control folder of a store lies. */
  static Path of(Path store) {
    return store.resolveSibling(store.getFileName() + SUFFIX);
  }

  /**
   * The flags that are there.
   *
   * @param namesChangedNs when a name in the folder changed last, by the file server's clock
   */
  record Flags(
      Optional<FileStamp> due,
      Optional<FileStamp> writing,
      Optional<FileStamp> written,
      long namesChangedNs) {}

  Path path() {
    return folder;
  }

  Path due() {
    return folder.resolve(DUE);
  }

  /** Makes the folder, and takes away what an earlier attempt has left in it. */
  void prepare() throws IOException {
    ProgramFiles.makePrivateDirectory(folder);
    Optional<String> why = PrivateFile.notOwn(folder);
    if (why.isPresent()) {
      throw new IOException("it " + why.get());
    }
    clear();
  }

  void clear() throws IOException {
    ProgramFiles.delete(folder.resolve(WRITTEN));
    ProgramFiles.delete(folder.resolve(WRITING));
    ProgramFiles.delete(due());
  }

  /** Says that a checkpoint is wanted, and returns the flag's stamp. */
  Optional<FileStamp> raise() throws IOException {
    ProgramFiles.makePrivateDirectory(folder); // somebody may have tidied it away
    ProgramFiles.makeEmpty(due());
    return ProgramFiles.stamp(due());
  }

  void withdraw() throws IOException {
    ProgramFiles.delete(due());
  }

  void heardWritten() throws IOException {
    ProgramFiles.delete(folder.resolve(WRITTEN));
  }

  /** Looks in the order in which the program renames, so that a flag on its way is not missed. */
  Flags look() throws IOException {
    Optional<FileStamp> due = ProgramFiles.stamp(due());
    Optional<FileStamp> writing = ProgramFiles.stamp(folder.resolve(WRITING));
    Optional<FileStamp> written = ProgramFiles.stamp(folder.resolve(WRITTEN));
    return new Flags(due, writing, written, ProgramFiles.modifiedNs(folder).orElse(0));
  }

  /** Removes the folder, unless somebody keeps something in it. */
  void remove() throws IOException {
    clear();
    ProgramFiles.delete(folder);
  }
}
