// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

/** What the encoding of blocks is to make least. */
public enum Compression {
  /** The time until a version is durable, on this disk and with these processors. */
  FAST,
  /** The bytes that are stored, whatever time it takes. */
  SMALL
}
