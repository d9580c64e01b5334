/** What the server says about lists on their way in: its own schema, under the desk's names. */
import type { components } from '../../api/schema.d.ts'
import type { Told } from '../wire.ts'

type Schemas = components['schemas']

export type FileReading = Told<Schemas['FileView']>
export type SheetReading = Told<Schemas['ListSheetView']>
export type Column = Told<Schemas['ColumnView']>
export type DraftLine = Told<Schemas['DraftLineView']>
export type ImportLine = Told<Schemas['ImportLineView']>
export type Imports = { drafts: DraftLine[]; imports: ImportLine[] }
export type RowDoubt = Schemas['RowDoubt']
export type RowFate = Schemas['RowFate']
export type RowAct = Schemas['RowAct']
export type Row = Omit<Told<Schemas['RowView']>, 'point'> & { point: [number, number] | null }
export type Counts = Told<Schemas['DraftCounts']>
export type Show = Schemas['Show']
export type Draft = Omit<Told<Schemas['DraftView']>, 'rows'> & { rows: Row[] }
export type AddressReading = Told<Schemas['AddressView']>
export type Undo = Told<Schemas['UndoView']>
export type StayWhy = Schemas['StayWhy']

/** What a column may be read as, in the order a person looks for them. */
export const FIELDS = [
  'head_name',
  'address',
  'house_number',
  'way',
  'landmark',
  'group',
  'members',
  'members_permanent',
  'members_temporary',
  'adults',
  'code',
  'coordinates',
  'latitude',
  'longitude',
] as const
export type Field = (typeof FIELDS)[number]

/** What a person knows better than the guess about one sheet. */
export interface SheetHints {
  skip?: boolean
  /** 0 says that there is none. */
  header_row?: number | null
  group_name?: string | null
  /** By column; `null` leaves the column behind. */
  columns?: Record<string, Field | null>
}

/** Why the server cannot read a file: the codes this desk has words for. */
export const FILE_FAULTS = [
  'empty_file',
  'old_excel',
  'open_document',
  'word_document',
  'pdf',
  'numbers',
  'unknown_format',
  'damaged',
  'broken_csv',
  'too_large',
  'too_many_rows',
  'too_many_columns',
  'too_large_inside',
  'too_heavy',
  'no_reader',
  'no_households',
] as const
export type FileFault = (typeof FILE_FAULTS)[number]
