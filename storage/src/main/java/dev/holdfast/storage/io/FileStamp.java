// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

/**
 * What a file system tells of a regular file without its being read. Two equal stamps, one taken
 * before its content was read and one after, say that nobody has written meanwhile.
 *
 * @param device the file system's number
 * @param inode the file's number in it
 * @param bytes its size
 * @param modifiedNs modification time in nanoseconds since 1970, by the file server's clock
 * @param changedNs when anything of it was changed last, its name included; by the same clock
 * @param createdNs when it was made; the modification time where the file system does not know
 * @param mode permission bits, such as 0644
 */
public record FileStamp(
    long device,
    long inode,
    long bytes,
    long modifiedNs,
    long changedNs,
    long createdNs,
    int mode) {

  /** Whether the same file has the same content as far as that can be told. */
  public boolean sameContent(FileStamp other) {
    return device == other.device
        && inode == other.inode
        && bytes == other.bytes
        && modifiedNs == other.modifiedNs;
  }
}
