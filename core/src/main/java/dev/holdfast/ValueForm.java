// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The canonical binary form of one value type: equal values have equal bytes. Multi-byte scalars
 * are written as {@link DataOutput} does, runs of array elements little-endian. Values are never
 * null; {@link ValueForms.OrNull} adds that.
 */
interface ValueForm {

  /** The type in words; part of what is compared at restart. */
  String typeName();

  void write(Object value, DataOutput out) throws IOException;

  Object read(DataInput in) throws IOException;
}
