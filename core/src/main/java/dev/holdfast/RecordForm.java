// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Deque;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The components of a record one after another, read back through its canonical constructor. */
final class RecordForm implements ValueForm {
  /** What fits a region's type name with room to spare. */
  private static final int TYPE_NAME_LENGTH_MAX = 16_000;

  private final Class<?> type;
  private final Method[] accessors;
  private final ValueForm[] forms;
  private final Constructor<?> constructor;
  private final String typeName;

  private RecordForm(
      Class<?> type, Method[] accessors, ValueForm[] forms, Constructor<?> constructor) {
    this.type = type;
    this.accessors = accessors;
    this.forms = forms;
    this.constructor = constructor;
    this.typeName =
        IntStream.range(0, forms.length)
            .mapToObj(i -> componentType(i) + " " + accessors[i].getName())
            .collect(Collectors.joining(", ", type.getSimpleName() + "(", ")"));
    if (typeName.length() > TYPE_NAME_LENGTH_MAX) {
      throw new IllegalArgumentException(
          type.getName() + " has too many components; split it, or use Codec.of");
    }
  }

  /** Boxed and unboxed scalars differ in their bytes, so they must differ in their names. */
  private String componentType(int component) {
    Class<?> declared = accessors[component].getReturnType();
    return declared.isPrimitive() ? declared.getName() : forms[component].typeName();
  }

  static RecordForm of(Class<?> type, Deque<Class<?>> enclosing) {
    if (enclosing.contains(type)) {
      throw new IllegalArgumentException(
          "record " + type.getName() + " contains itself; flatten it into arrays, or use Codec.of");
    }
    enclosing.push(type);
    RecordComponent[] components = type.getRecordComponents();
    Method[] accessors = new Method[components.length];
    ValueForm[] forms = new ValueForm[components.length];
    for (int i = 0; i < components.length; i++) {
      ValueForm form = ValueForms.of(components[i].getType(), enclosing);
      if (form == null) {
        throw unsupported(type, components[i]);
      }
      forms[i] = form;
      accessors[i] = components[i].getAccessor();
    }
    enclosing.pop();
    return new RecordForm(type, opened(type, accessors), forms, canonicalConstructor(type));
  }

  private static IllegalArgumentException unsupported(Class<?> type, RecordComponent component) {
    return new IllegalArgumentException(
        ("record %s: component %s has type %s, which has no binary form; use primitives, String,"
                + " enums, records or arrays of these, or give the record a codec with Codec.of")
            .formatted(type.getName(), component.getName(), component.getGenericType()));
  }

  private static Method[] opened(Class<?> type, Method[] accessors) {
    try {
      Arrays.stream(accessors).forEach(accessor -> accessor.setAccessible(true));
      return accessors;
    } catch (InaccessibleObjectException e) {
      throw closed(type, e);
    }
  }

  private static Constructor<?> canonicalConstructor(Class<?> type) {
    Class<?>[] parameters =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(type.getName() + " has no canonical constructor", e);
    } catch (InaccessibleObjectException e) {
      throw closed(type, e);
    }
  }

  private static IllegalArgumentException closed(Class<?> type, InaccessibleObjectException e) {
    return new IllegalArgumentException(
        "record %s is closed to Holdfast; add to module %s: opens %s to dev.holdfast.core;"
            .formatted(type.getName(), type.getModule().getName(), type.getPackageName()),
        e);
  }

  @Override
  public String typeName() {
    return typeName;
  }

  @Override
  public void write(Object value, DataOutput out) throws IOException {
    for (int i = 0; i < forms.length; i++) {
      Object component = component(i, value);
      if (accessors[i].getReturnType().isPrimitive() && component != null) {
        forms[i].write(component, out);
      } else {
        new ValueForms.OrNull(forms[i]).write(component, out);
      }
    }
  }

  private @Nullable Object component(int i, Object value) throws IOException {
    try {
      return accessors[i].invoke(value);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IOException(
          "accessor " + accessors[i].getName() + " of record " + type.getName() + " failed", e);
    }
  }

  @Override
  public Object read(DataInput in) throws IOException {
    @Nullable Object[] components = new @Nullable Object[forms.length];
    for (int i = 0; i < forms.length; i++) {
      components[i] =
          accessors[i].getReturnType().isPrimitive()
              ? forms[i].read(in)
              : new ValueForms.OrNull(forms[i]).read(in);
    }
    try {
      return constructor.newInstance(components);
    } catch (InvocationTargetException e) {
      throw new IOException(
          "the constructor of record " + type.getName() + " refused its stored components",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new InvalidObjectException("cannot construct " + type.getName(), e);
    }
  }
}
