// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.commons.rng.RandomProviderState;
import org.apache.commons.rng.RestorableUniformRandomProvider;

/**
 * A generator of Commons RNG, filled in place. Its states are opaque objects; those of the
 * library's own generators can be turned into bytes and back ({@code RandomProviderDefaultState}),
 * which is found by reflection because that class is not in the library's client API.
 */
final class CommonsRngForm implements ObjectForm {
  private final Class<?> type;
  private final MethodHandle toBytes;
  private final MethodHandle fromBytes;

  CommonsRngForm(String name, RestorableUniformRandomProvider generator) {
    type = generator.getClass();
    Class<?> state = generator.saveState().getClass();
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      toBytes =
          lookup
              .findVirtual(state, "getState", MethodType.methodType(byte[].class))
              .asType(MethodType.methodType(byte[].class, RandomProviderState.class));
      fromBytes =
          lookup
              .findConstructor(state, MethodType.methodType(void.class, byte[].class))
              .asType(MethodType.methodType(RandomProviderState.class, byte[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "region %s: the state of generator %s cannot be turned into bytes; %s"
              .formatted(name, type.getName(), Regions.USE_COMMONS_RNG),
          e);
    }
  }

  @Override
  public String typeName() {
    return type.getName();
  }

  @Override
  public void write(Object value, DataOutput out) throws IOException {
    RandomProviderState state = ((RestorableUniformRandomProvider) value).saveState();
    out.write(bytes(state));
  }

  private byte[] bytes(RandomProviderState state) throws IOException {
    try {
      return (byte[]) toBytes.invokeExact(state);
    } catch (Throwable e) {
      throw new IOException("the state of generator " + type.getName() + " has no bytes", e);
    }
  }

  @Override
  public Object read(Object current, DataInputStream in) throws IOException {
    byte[] bytes = in.readAllBytes();
    RandomProviderState state;
    try {
      state = (RandomProviderState) fromBytes.invokeExact(bytes);
    } catch (Throwable e) {
      throw new IOException("the bytes are not a state of generator " + type.getName(), e);
    }
    ((RestorableUniformRandomProvider) current).restoreState(state);
    return current;
  }
}
